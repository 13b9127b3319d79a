// SPDX-License-Identifier: Apache-2.0
// What is executed, by whom, and the container's life: -i -t -u -w --entrypoint --restart --stop-signal ...
#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"
#include "options/volume.hpp"
#include "storage/names.hpp"
#include "version.hpp"

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
      "--rmi", o.remove_image, "Remove the image after the container, unless it is used");
  table
      .add_option(
          "--conmon-pidfile", o.monitor_pidfile, "Write the number of the monitor to the file")
      .type_name("string");
  table.add_option("--init-path", o.init_path, "Path of the init program on the host")
      .type_name("string");
  table.add_flag(
      "--rootfs", flags.rootfs, "The first argument is a directory of the host, not an image");
  add_preserved(table, flags.preserved);
  table
      .add_option("--systemd",
                  flags.systemd,
                  "Prepare the container for systemd as its first process (true|false|always)")
      .type_name("string");
  add_value(table,
            "--requires",
            "list",
            "Containers that must run before this one",
            [&o](const std::string& text) {
              for (auto& name : base::split(text, ','))
                o.requires_started.push_back(std::move(name));
            });
  table.add_list("--secret", flags.secrets, "Give the container a secret");
  table.add_flag(
      "--rm",
      flags.given_remove,
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
}

void add_image_flags(FlagTable& table, CreateFlags& flags) {
  table
      .add_option(
          "--pull",
          flags.pull,
          "Pull image before running (\"always\", \"missing\", \"never\") (default \"missing\")")
      .type_name("string");
  table.add_option("--arch", flags.architecture, "Use this architecture instead of the machine's")
      .type_name("string");
  table.add_option("--os", flags.os, "Use this operating system instead of the machine's")
      .type_name("string");
  table.add_option("--variant", flags.variant, "Use this variant of the architecture")
      .type_name("string");
  add_value(
      table, "--decryption-key", "string", "Key for an encrypted image", [](const std::string&) {
        base::fail(base::Kind::unsupported, "encrypted images are not supported yet");
      });
  table.add_flag("-q,--quiet", flags.quiet, "Suppress the pull output");
  add_registry_flags(table, flags.registry);
  table
      .add_option(
          "--platform", flags.options.platform, "Set platform if server is multi-platform capable")
      .type_name("string");
}

}  // namespace

/// Podman's also takes a JSON array of words.
std::vector<std::string> parse_entrypoint(const std::string& text, bool podman) {
  if (text.empty()) return {};
  const auto json = podman && text[0] == '['
                        ? base::Json::parse(text, nullptr, /*allow_exceptions=*/false)
                        : base::Json();
  if (!json.is_array()) return {text};
  std::vector<std::string> words;
  for (const auto& word : json)
    words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
  return words;
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

container::RestartPolicy parse_podman_restart(const std::string& text, const std::string& context) {
  const auto [name, count] = base::split_pair(text, ':');
  constexpr std::array<std::string_view, 5> known{
      "", "no", "always", "on-failure", "unless-stopped"};
  if (count && name != "on-failure")
    client_fail("restart policy retries can only be specified with on-failure restart policy");
  if (count && !base::parse_number<int>(*count)) {
    client_fail("parsing restart policy retry count: strconv.Atoi: parsing \"{}\": invalid syntax",
                *count);
  }
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    client_fail("{}\"{}\" is not a valid restart policy: invalid argument", context, name);
  }
  return parse_restart(text);
}

namespace {

/// "NAME[,type=mount|env][,target=…][,uid=…][,gid=…][,mode=…]".
container::SecretUse parse_secret(const std::string& text) {
  const auto parts = base::split(text, ',');
  container::SecretUse use;
  bool placed = false;
  for (const auto& part : parts) {
    const auto pair = base::split_pair(part, '=');
    const auto& key = pair.first;
    const auto& value = pair.second;
    const auto number = [&](int radix) {
      const auto found = base::parse_number<std::uint32_t>(value.value_or(""), radix);
      if (!found) client_fail("secret {} {} invalid", key, value.value_or(""));
      return *found;
    };
    if (!value && use.name.empty()) {
      use.name = part;
    } else if (key == "source" && value) {
      use.name = *value;
    } else if (key == "type" && value && (*value == "mount" || *value == "env")) {
      use.variable = *value == "env";
    } else if (key == "type") {
      client_fail("type {} is invalid: invalid syntax", value.value_or(""));
    } else if (key == "target" && value) {
      use.target = *value;
    } else if (key == "uid" || key == "gid") {
      placed = true;
      (key == "uid" ? use.uid : use.gid) = number(10);
    } else if (key == "mode") {
      placed = true;
      use.mode = number(8);
    } else {
      client_fail("option {} is invalid: invalid syntax", part);
    }
  }
  if (use.name.empty()) client_fail("no source found {}: must provide secret name", text);
  if (use.variable && placed)
    client_fail("uid, gid and mode are for secrets of type mount: {}", text);
  if (use.target.empty()) use.target = use.name;
  if (!use.variable && !use.target.starts_with('/')) use.target = "/run/secrets/" + use.target;
  return use;
}

/// keep-groups stands alone: the runtime leaves the groups of whoever calls as they are.
void finish_groups(container::CreateOptions& options) {
  auto& groups = options.group_add;
  const auto found = std::find(groups.begin(), groups.end(), "keep-groups");
  if (found == groups.end()) return;
  if (groups.size() > 1) {
    client_fail(
        "the '--group-add keep-groups' option is not allowed with any other --group-add options");
  }
  groups.clear();
  options.keep_groups = true;
}

/// --os, --arch and --variant say in three words what --platform says in one.
void finish_platform(const CreateFlags& flags, container::CreateOptions& options) {
  if (flags.os.empty() && flags.architecture.empty() && flags.variant.empty()) return;
  if (!options.platform.empty())
    client_fail("--platform option can not be specified with --arch or --os");
  options.platform = (flags.os.empty() ? "linux" : flags.os) + "/" +
                     (flags.architecture.empty() ? go_architecture() : flags.architecture);
  if (!flags.variant.empty()) options.platform += "/" + flags.variant;
}

void check_podman_name(const std::string& name) {
  const bool one = name.size() == 1 && storage::is_object_name(name + name);
  if (one || storage::is_object_name(name)) return;
  client_fail(
      "running container create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid "
      "argument");
}

}  // namespace

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
  add_value(table,
            "--group-add",
            "list",
            "Add additional groups to join",
            [&o, podman = flags.podman](const std::string& text) {
              const auto groups = podman ? base::split(text, ',') : std::vector<std::string>{text};
              o.group_add.insert(o.group_add.end(), groups.begin(), groups.end());
            });
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
  add_health_flags(table, [&o](const OptionChange& change) { change(o); });
  add_image_flags(table, flags);
}

void finish_process(const CreateFlags& flags, container::CreateOptions& options) {
  // An empty one clears the image's.
  if (flags.entrypoint) options.entrypoint = parse_entrypoint(*flags.entrypoint, flags.podman);
  options.restart = flags.podman
                        ? parse_podman_restart(flags.restart, "running container create option: ")
                        : parse_restart(flags.restart);
  options.remove = flags.given_remove.value_or(options.remove_image);
  if (options.remove_image && !options.remove)
    client_fail("the --rmi option does not work without --rm");
  options.systemd = flags.systemd == "always";
  if (flags.systemd == "false") options.rules.detects_systemd = false;
  for (const auto& text : flags.secrets) options.secrets.push_back(parse_secret(text));
  finish_groups(options);
  finish_platform(flags, options);
  for (auto* path : {&options.monitor_pidfile, &options.init_path}) {
    if (!path->empty() && !path->starts_with('/')) *path = absolute_source("./" + *path);
  }
  if (flags.podman && options.name.starts_with('/')) options.name.erase(0, 1);
  if (flags.podman && !options.name.empty()) check_podman_name(options.name);
  if (options.no_healthcheck && options.health)
    client_fail("--no-healthcheck conflicts with --health-* options");
  if (options.timeout < 0) client_fail("--timeout cannot be negative");
  if (flags.podman && options.remove && options.restart.name != "no") {
    client_fail(
        "the --rm option conflicts with --restart, when the restartPolicy is not \"\" and \"no\"");
  }
  if (options.remove && options.restart.name != "no") {
    client_fail("conflicting options: cannot specify both --restart and --rm");
  }
}

}  // namespace cli
