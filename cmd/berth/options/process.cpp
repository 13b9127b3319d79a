// SPDX-License-Identifier: Apache-2.0
// What is executed, by whom, and the container's life: -i -t -u -w --entrypoint --restart --stop-signal ...
#include <CLI/CLI.hpp>

#include "base/text.hpp"
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

void add_lifetime_flags(CLI::App& app, CreateFlags& flags) {
  auto& o = flags.options;
  app.add_flag(
      "--rm",
      o.remove,
      "Automatically remove the container and its associated anonymous volumes when it exits");
  app.add_option("--restart",
                 flags.restart,
                 "Restart policy to apply when a container exits (default \"no\")")
      ->type_name("string");
  app.add_option("--stop-signal", o.stop_signal, "Signal to stop the container")
      ->type_name("string");
  app.add_option_function<int>(
         "--stop-timeout",
         [&o](int seconds) { o.stop_timeout = seconds; },
         "Timeout (in seconds) to stop a container")
      ->type_name("int");
  app.add_flag("--replace", flags.replace, "Remove an existing container of the same name first");
  app.add_option("--cidfile", o.cidfile, "Write the container ID to the file")->type_name("string");
  app.add_option("--runtime", o.runtime, "Runtime to use for this container")->type_name("string");
  app.add_flag("--no-healthcheck", o.no_healthcheck, "Disable any container-specified HEALTHCHECK");
}

void add_image_flags(CLI::App& app, CreateFlags& flags) {
  app.add_option(
         "--pull",
         flags.pull,
         "Pull image before running (\"always\", \"missing\", \"never\") (default \"missing\")")
      ->type_name("string");
  app.add_flag("-q,--quiet", flags.quiet, "Suppress the pull output");
  app.add_option(
         "--platform", flags.options.platform, "Set platform if server is multi-platform capable")
      ->type_name("string");
}

}  // namespace

void add_process_flags(CLI::App& app, CreateFlags& flags) {
  auto& o = flags.options;
  app.add_option("--name", o.name, "Assign a name to the container")->type_name("string");
  app.add_flag("-i,--interactive", o.interactive, "Keep STDIN open even if not attached");
  app.add_flag("-t,--tty", o.tty, "Allocate a pseudo-TTY");
  add_value(app,
            "-a,--attach",
            "list",
            "Attach to STDIN, STDOUT or STDERR",
            [&](const std::string& text) { o.attach.push_back(parse_stream(text)); });
  app.add_option("-u,--user", o.user, "Username or UID (format: <name|uid>[:<group|gid>])")
      ->type_name("string");
  add_list(app, "--group-add", o.group_add, "Add additional groups to join");
  app.add_option("-w,--workdir", o.working_dir, "Working directory inside the container")
      ->type_name("string");
  add_value(app,
            "--entrypoint",
            "string",
            "Overwrite the default ENTRYPOINT of the image",
            [&](const std::string& text) { flags.entrypoint = text; });
  app.add_flag("--init",
               o.init,
               "Run an init inside the container that forwards signals and reaps processes");
  add_lifetime_flags(app, flags);
  add_image_flags(app, flags);
}

void finish_process(const CreateFlags& flags, container::CreateOptions& options) {
  // An empty one clears the image's.
  if (flags.entrypoint) {
    options.entrypoint =
        flags.entrypoint->empty() ? std::vector<std::string>() : std::vector{*flags.entrypoint};
  }
  options.restart = parse_restart(flags.restart);
  if (options.remove && options.restart.name != "no") {
    client_fail("conflicting options: cannot specify both --restart and --rm");
  }
}

}  // namespace cli
