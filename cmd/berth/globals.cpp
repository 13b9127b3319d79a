// SPDX-License-Identifier: Apache-2.0
#include "globals.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>

#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/event_file.hpp"
#include "options/volume.hpp"
#include "storage/roots.hpp"

namespace cli {

namespace {

using base::Kind;
using Text = std::string;

/// A flag that is known but refused unless `is_harmless(value)`.
void refuse(FlagTable& table,
            const char* name,
            bool (*is_harmless)(const Text&),
            const char* description) {
  table
      .add_option_function<Text>(
          name,
          [name, is_harmless](const Text& value) {
            if (!is_harmless(value))
              base::fail(Kind::unsupported, "{} {} is not supported yet", name, value);
          },
          description)
      .type_name("string")
      .group("");
}

void declare_own(FlagTable& table, Globals& g) {
  table.add_option("--root", g.session.root, "Directory that keeps images, containers and volumes")
      .type_name("string");
  table.add_option("--runroot", g.session.runroot, "Directory of what is running, gone at reboot")
      .type_name("string");
  table.add_option("--runtime", g.session.runtime, "OCI runtime").type_name("string");
  table
      .add_option_function<Text>(
          "--cgroup-manager",
          [&g](const Text& value) {
            if (value != "systemd" && value != "cgroupfs") {
              base::fail(Kind::usage, "must be \"cgroupfs\" or \"systemd\"");
            }
            g.session.cgroup_manager = value;
          },
          "Who makes cgroups (\"cgroupfs\", \"systemd\")")
      .type_name("string");
  table
      .add_option_function<Text>(
          "--storage-driver",
          [&g](const Text& word) {
            g.session.storage.driver = storage::parse_driver(word);
            if (!g.session.storage.driver)
              base::fail(Kind::unsupported, "--storage-driver {} is not supported yet", word);
          },
          "How containers get their files (\"overlay\", \"vfs\": by copies)")
      .type_name("string");
  // What containers.conf says, for the monitor's own commands.
  table.add_option("--static-dir", g.session.static_dir, "Whose containers are seen").group("");
  table.add_option("--events-logfile-path", g.session.event_file, "File that takes events, too")
      .group("");
  table
      .add_option_function<Text>(
          "--events-logfile-max-size",
          [&g](const Text& text) {
            g.session.event_file_size = base::parse_number<std::int64_t>(text).value_or(0);
          },
          "Its size in bytes")
      .group("");
  table.add_flag("-v,--version", g.version, "Print version information and quit");
}

void declare_docker(FlagTable& table, Globals& g) {
  table
      .add_option("-l,--log-level",
                  g.session.log_level,
                  "Set the logging level (\"debug\", \"info\", \"warn\", \"error\")")
      .type_name("string");
  table.add_flag_function(
      "-D,--debug",
      [&g](std::int64_t n) {
        if (n > 0) g.session.log_level = "debug";
      },
      "Enable debug mode");
  table
      .add_option_function<Text>(
          "--config",
          [](const Text& dir) {
            ::setenv("DOCKER_CONFIG", dir.c_str(), 1);
          },  // read by berth-transfer
          "Location of client config files")
      .type_name("string");
  refuse(
      table,
      "-c,--context",
      [](const Text& v) { return v == "default"; },
      "Name of the context to use");
  refuse(
      table,
      "-H,--host",
      [](const Text& v) {
        return v == "unix:///var/run/docker.sock" || v == "unix:///run/docker.sock";
      },
      "There is no daemon to connect to");
}

bool is_harmless(const Text&) {
  return true;
}

bool is_never(const Text&) {
  return false;
}

/// Podman takes --log-level or --debug, not both.
void set_level(Globals& g, const Text& level) {
  auto& set = g.session.log_level;
  if (!set.empty() && set != level && (set == "debug" || level == "debug")) {
    throw ClientError("Setting --log-level and --debug is not allowed", 1, ClientError::Form::bare);
  }
  set = level;
}

void declare_podman(FlagTable& table, Globals& g) {
  table
      .add_option_function<Text>(
          "--log-level",
          [&g](const Text& level) { set_level(g, level); },
          "Log messages above specified level")
      .type_name("string");
  table
      .add_flag_function(
          "-D,--debug",
          [&g](std::int64_t n) {
            if (n > 0) set_level(g, "debug");
          },
          "Enable debug mode")
      .group("");
  table
      .add_option_function<Text>(
          "--config",
          [](const Text& dir) { ::setenv("DOCKER_CONFIG", dir.c_str(), 1); },
          "Path to directory containing authentication config file")
      .type_name("string");
  table.add_list("--runtime-flag", g.session.runtime_flags, "Further flags of the OCI runtime");
  table.add_list("--module", g.modules, "Load the containers.conf(5) module");
  table.add_option("--out", g.output, "Send output (stdout) to a file").type_name("string");
  table
      .add_option_function<Text>(
          "--events-backend",
          [&g](const Text& value) {
            if (value != "file" && value != "journald" && value != "none")
              base::fail(Kind::usage, "must be \"file\", \"journald\" or \"none\"");
            g.session.events_backend = value;
          },
          "Events backend to use (berth has one log of its own, or \"none\")")
      .type_name("string");
  table
      .add_option("--volumepath",
                  g.session.storage.volumes,
                  "Path to the volume directory in which volume data is stored")
      .type_name("string");
  table.add_flag("--noout", g.no_out, "Do not output to stdout");
  for (const auto* name : {"-c,--connection",
                           "--url",
                           "--identity",
                           "--ssh",
                           "--tls-ca",
                           "--tls-cert",
                           "--tls-key",
                           "--tls-details",
                           "--imagestore"}) {
    refuse(table, name, is_never, "Not supported yet");
  }
}

/// What podman's harnesses give, in docker's dialect too: they drive berth by its own name as well.
void declare_harness(FlagTable& table, Dialect dialect, Globals& g) {
  table.add_list("--storage-opt",
                 g.session.storage_options,
                 "Option of the storage driver: overlay.imagestore=PATH is a further store whose "
                 "images are used, but never written");
  auto hooks = table.add_list("--hooks-dir",
                              g.session.hook_directories,
                              "Directory of OCI hooks (may be given several times)");
  if (dialect != Dialect::podman) hooks.group("");
  // Nothing of ours lies there: the monitor is berth's own, and networks and run state belong to
  // the two roots.
  refuse(table, "--conmon", is_harmless, "Path of the conmon binary");
  refuse(table, "--tmpdir", is_harmless, "Directory of run state");
  refuse(table, "--network-config-dir", is_harmless, "Directory of network configurations");
  refuse(table, "--cdi-spec-dir", is_harmless, "Directory of CDI specifications");
}

void use_log_level(const Text& level, Dialect dialect) {
  if (level.empty()) return;
  const std::pair<const char*, base::LogLevel> levels[] = {{"trace", base::LogLevel::trace},
                                                           {"debug", base::LogLevel::debug},
                                                           {"info", base::LogLevel::info},
                                                           {"warn", base::LogLevel::warn},
                                                           {"warning", base::LogLevel::warn},
                                                           {"error", base::LogLevel::error},
                                                           {"fatal", base::LogLevel::error},
                                                           {"panic", base::LogLevel::error}};
  for (const auto& [name, value] : levels) {
    if (level != name) continue;
    base::set_log_level(value);
    if (dialect == Dialect::podman && base::logs(base::LogLevel::info))
      base::write_log(base::LogLevel::info, "podman filtering at log level " + level);
    return;
  }
  if (dialect == Dialect::docker) {
    throw ClientError("Unable to parse logging level: " + level, 1, ClientError::Form::bare);
  }
  throw ClientError(
      fmt::format(
          "Log Level \"{}\" is not supported, choose from: trace, debug, info, warn, warning, "
          "error, fatal, panic",
          level),
      1,
      ClientError::Form::bare);
}

/// The first program that there is of those that containers.conf names for this runtime; else the name itself.
Text runtime_program(const container::Config& config, const Text& name) {
  for (const auto& path : config.list_in("engine", "runtimes", name)) {
    if (base::exists(path)) return path;
  }
  return name;
}

/// Of the storage driver's options there are the image stores.
void use_storage_options(GlobalOptions& options) {
  std::erase(options.storage_options, "");
  for (const auto& option : options.storage_options) {
    const auto [key, path] = base::split_pair(option, '=');
    const auto name = key.substr(key.rfind('.') + 1);
    if (!path || (name != "imagestore" && name != "additionalimagestore"))
      base::fail(Kind::unsupported, "--storage-opt {} is not supported yet", option);
  }
  // As with Podman: another store has options of its own.
  options.reads_storage_conf = options.root.empty();
}

void use_event_options(GlobalOptions& options, const container::Config& config) {
  if (config.flag("engine", "events_container_create_inspect_data").value_or(false))
    container::record_inspected();
  if (options.events_backend == "journald" || options.events_backend == "none") return;
  if (const auto path = config.text("engine", "events_logfile_path")) options.event_file = *path;
  if (const auto size = config.size("engine", "events_logfile_max_size"))
    options.event_file_size = *size;
}

void use_config(Globals& globals, const container::Config& config) {
  base::trace("containers.conf: {}",
              config.files().empty() ? "none" : base::join(config.files(), ", "));
  for (const auto& line : config.warnings()) base::warn("{}", line);
  const auto choose = [&](Text& value, const char* key, const char* otherwise) {
    if (value.empty()) value = config.text("engine", key).value_or(otherwise);
  };
  auto& options = globals.session;
  choose(options.runtime, "runtime", "crun");
  const auto flags = config.list_in("engine", "runtimes_flags", options.runtime);
  options.runtime_flags.insert(options.runtime_flags.begin(), flags.begin(), flags.end());
  options.runtime = runtime_program(config, options.runtime);
  choose(options.cgroup_manager, "cgroup_manager", "");
  choose(options.events_backend, "events_logger", "");
  if (options.hook_directories.empty())
    options.hook_directories = config.list("engine", "hooks_dir");
  // The container may be started again from another directory.
  for (auto& directory : options.hook_directories)
    if (!directory.starts_with('/')) directory = absolute_source("./" + directory);
  choose(options.storage.volumes, "volume_path", "");
  choose(options.static_dir, "static_dir", "");
  use_event_options(options, config);
}

}  // namespace

void declare_globals(FlagTable& table, Dialect dialect, Globals& globals) {
  declare_own(table, globals);
  if (dialect == Dialect::podman)
    declare_podman(table, globals);
  else
    declare_docker(table, globals);
  declare_harness(table, dialect, globals);
}

void use_globals(Globals& globals, Dialect dialect, const container::Config& config) {
  use_log_level(globals.session.log_level, dialect);
  use_config(globals, config);
  use_storage_options(globals.session);
  if (globals.session.root.empty()) globals.session.root = storage::default_graphroot();
  if (globals.session.runroot.empty()) globals.session.runroot = storage::default_runroot();
  if (globals.no_out) globals.output = "/dev/null";
  const auto& session = globals.session;
  if (session.events_backend == "none") container::record_no_events();
  if (!session.event_file.empty())
    container::use_event_file({session.event_file, session.event_file_size});
  if (!globals.output.empty()) {
    const auto file = base::open_file(globals.output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (::dup2(file.get(), STDOUT_FILENO) < 0) base::sys_fail("send output to {}", globals.output);
  }
}

}  // namespace cli
