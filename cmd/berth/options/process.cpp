// SPDX-License-Identifier: Apache-2.0
// What is executed, by whom, and the container's life: -i -t -u -w --entrypoint --restart --stop-signal ...
#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "container/health.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"

namespace cli {

namespace {

std::string parse_stream(const std::string& text) {
  const std::string stream = base::lower(text);
  if (stream != "stdin" && stream != "stdout" && stream != "stderr") {
    base::fail(base::Kind::usage, "valid streams are STDIN, STDOUT and STDERR");
  }
  return stream;
}

void add_lifetime_flags(FlagTable& table, CreateFlags& flags) {
  auto& o = flags.options;
  table.add_flag(
      "--rm",
      o.remove,
      "Automatically remove the container and its associated anonymous volumes when it exits");
  table
      .add_option("--restart",
                  flags.restart,
                  "Restart policy to apply when a container exits (default \"no\")")
      .type_name("string");
  table.add_option("--stop-signal", o.stop_signal, "Signal to stop the container")
      .type_name("string");
  table
      .add_option_function<int>(
          "--stop-timeout",
          [&o](int seconds) { o.stop_timeout = seconds; },
          "Timeout (in seconds) to stop a container")
      .type_name("int");
  table.add_flag("--replace", flags.replace, "Remove an existing container of the same name first");
  table.add_option("--cidfile", o.cidfile, "Write the container ID to the file")
      .type_name("string");
  table.add_option("--runtime", o.runtime, "Runtime to use for this container").type_name("string");
  table
      .add_option_function<int>(
          "--timeout",
          [&o](int seconds) { o.timeout = seconds; },
          "Maximum length of time (in seconds) a container is allowed to run")
      .type_name("uint");
  table.add_flag(
      "--no-healthcheck", o.no_healthcheck, "Disable any container-specified HEALTHCHECK");
}

image::Healthcheck& health_of(CreateFlags& flags) {
  auto& health = flags.options.health;
  return health ? *health : health.emplace();
}

/// "test -e /x" for a shell, or a JSON array of words; "none" switches an image's check off.
void set_health_command(CreateFlags& flags, const std::string& text) {
  if (text == "none") {
    flags.options.no_healthcheck = true;
    return;
  }
  auto& test = health_of(flags).test;
  const auto json = base::Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_array()) {
    test.clear();
    for (const auto& word : json)
      test.push_back(word.is_string() ? word.get<std::string>() : word.dump());
    if (!test.empty() && test[0] != "CMD" && test[0] != "CMD-SHELL" && test[0] != "NONE")
      test.insert(test.begin(), "CMD");
    return;
  }
  test = {"CMD-SHELL", text};
}

void add_health_span(FlagTable& table,
                     CreateFlags& flags,
                     const std::string& name,
                     const char* description,
                     std::int64_t image::Healthcheck::*member) {
  add_value(table, name, "duration", description, [&flags, name, member](const std::string& text) {
    if (text == "disable" && member == &image::Healthcheck::interval) {
      health_of(flags).interval = container::kNoInterval;
      return;
    }
    const auto span = base::parse_duration(text);
    if (!span) base::fail(base::Kind::usage, "time: invalid duration \"{}\"", text);
    if (span->count() < 0) client_fail("{} cannot be negative", name);
    health_of(flags).*member = span->count();
  });
}

void add_health_flags(FlagTable& table, CreateFlags& flags) {
  using image::Healthcheck;
  add_value(table,
            "--health-cmd",
            "string",
            "Command to run to check health",
            [&](const std::string& text) { set_health_command(flags, text); });
  add_health_span(table,
                  flags,
                  "--health-interval",
                  "Time between running the check (ms|s|m|h) (default 0s)",
                  &Healthcheck::interval);
  add_health_span(table,
                  flags,
                  "--health-timeout",
                  "Maximum time to allow one check to run (ms|s|m|h) (default 0s)",
                  &Healthcheck::timeout);
  add_health_span(table,
                  flags,
                  "--health-start-period",
                  "Start period for the container to initialize before starting health-retries "
                  "countdown (ms|s|m|h) (default 0s)",
                  &Healthcheck::start_period);
  add_health_span(table,
                  flags,
                  "--health-start-interval",
                  "Time between running the check during the start period (ms|s|m|h) (default 0s)",
                  &Healthcheck::start_interval);
  add_value(table,
            "--health-retries",
            "int",
            "Consecutive failures needed to report unhealthy",
            [&](const std::string& text) {
              const auto retries = parse_integer(text);
              if (retries < 0) client_fail("--health-retries cannot be negative");
              health_of(flags).retries = static_cast<int>(retries);
            });
  table
      .add_option("--health-on-failure",
                  flags.options.health_on_failure,
                  "Action to take once the container turns unhealthy (none, kill, restart, stop)")
      .type_name("string");
}

void add_image_flags(FlagTable& table, CreateFlags& flags) {
  table
      .add_option(
          "--pull",
          flags.pull,
          "Pull image before running (\"always\", \"missing\", \"never\") (default \"missing\")")
      .type_name("string");
  table.add_flag("-q,--quiet", flags.quiet, "Suppress the pull output");
  table
      .add_option(
          "--platform", flags.options.platform, "Set platform if server is multi-platform capable")
      .type_name("string");
}

}  // namespace

container::RestartPolicy parse_restart(const std::string& text) {
  const auto [name, count] = base::split_pair(text, ':');
  if (count && name.empty())
    client_fail("invalid restart policy format: no policy provided before colon");
  container::RestartPolicy policy{name.empty() ? "no" : name, 0};
  if (count && !count->empty()) {
    const auto retries = base::parse_number<int>(*count);
    if (!retries)
      client_fail("invalid restart policy format: maximum retry count must be an integer");
    policy.maximum_retries = *retries;
  }
  return policy;
}

void add_process_flags(FlagTable& table, CreateFlags& flags) {
  auto& o = flags.options;
  table.add_option("--name", o.name, "Assign a name to the container").type_name("string");
  table.add_flag("-i,--interactive", o.interactive, "Keep STDIN open even if not attached");
  table.add_flag("-t,--tty", o.tty, "Allocate a pseudo-TTY");
  add_value(table,
            "-a,--attach",
            "list",
            "Attach to STDIN, STDOUT or STDERR",
            [&](const std::string& text) { o.attach.push_back(parse_stream(text)); });
  table.add_option("-u,--user", o.user, "Username or UID (format: <name|uid>[:<group|gid>])")
      .type_name("string");
  table.add_list("--group-add", o.group_add, "Add additional groups to join");
  table.add_option("-w,--workdir", o.working_dir, "Working directory inside the container")
      .type_name("string");
  add_value(table,
            "--entrypoint",
            "string",
            "Overwrite the default ENTRYPOINT of the image",
            [&](const std::string& text) { flags.entrypoint = text; });
  table.add_flag("--init",
                 o.init,
                 "Run an init inside the container that forwards signals and reaps processes");
  add_lifetime_flags(table, flags);
  add_health_flags(table, flags);
  add_image_flags(table, flags);
}

void finish_process(const CreateFlags& flags, container::CreateOptions& options) {
  // An empty one clears the image's.
  if (flags.entrypoint) {
    options.entrypoint =
        flags.entrypoint->empty() ? std::vector<std::string>() : std::vector{*flags.entrypoint};
  }
  options.restart = parse_restart(flags.restart);
  if (options.no_healthcheck && options.health)
    client_fail("--no-healthcheck conflicts with --health-* options");
  if (options.timeout < 0) client_fail("--timeout cannot be negative");
  if (options.remove && options.restart.name != "no") {
    client_fail("conflicting options: cannot specify both --restart and --rm");
  }
}

}  // namespace cli
