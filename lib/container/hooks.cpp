// SPDX-License-Identifier: Apache-2.0
#include "container/hooks.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/pattern.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "container/run_state.hpp"

namespace container {

namespace {

using base::fail;
using base::Json;
using base::Kind;

constexpr std::size_t kLargestFile = 1 << 20, kMostFiles = 1000;

struct Program {
  std::string path;
  std::vector<std::string> args, env;
  std::optional<int> timeout;
};

template <typename Io>
void fields(Io& io, Program& p) {
  io("path", p.path);
  io.maybe("args", p.args);
  io.maybe("env", p.env);
  io.maybe("timeout", p.timeout);
}

struct When {
  std::optional<bool> always, has_bind_mounts;
  std::map<std::string, std::string> annotations;
  std::vector<std::string> commands;
};

template <typename Io>
void fields(Io& io, When& w) {
  io.maybe("always", w.always);
  io.maybe("hasBindMounts", w.has_bind_mounts);
  io.maybe("annotations", w.annotations);
  io.maybe("commands", w.commands);
}

struct Hook {
  std::string version;
  Program program;
  When when;
  std::vector<std::string> stages;
};

template <typename Io>
void fields(Io& io, Hook& h) {
  io("version", h.version);
  io("hook", h.program);
  io("when", h.when);
  io("stages", h.stages);
}

/// config.json's list for a stage; prestart is an old name of createRuntime.
std::string list_of(const std::string& stage) {
  constexpr std::array<std::string_view, 5> known{
      "createRuntime", "createContainer", "startContainer", "poststart", "poststop"};
  if (stage == "prestart") return "createRuntime";
  if (stage == "precreate") fail(Kind::unsupported, "the stage precreate is not supported yet");
  if (std::find(known.begin(), known.end(), stage) == known.end())
    fail(Kind::usage, "unknown stage \"{}\"", base::printable(stage));
  return stage;
}

std::string read_text(const base::UniqueFd& file) {
  // Not a pipe that nobody writes to.
  if (!S_ISREG(base::stat_of(file.get(), "it").st_mode)) fail(Kind::usage, "not a regular file");
  return base::read_rest(file.get(), kLargestFile);
}

void check_patterns(const When& when) {
  for (const auto& [key, value] : when.annotations) {
    const base::Pattern for_key(key, "invalid annotation key");
    const base::Pattern for_value(value, "invalid annotation value");
  }
  for (const auto& command : when.commands) const base::Pattern pattern(command, "invalid command");
}

Hook parse(const std::string& text) {
  const Json json = base::parse_json(text, "hook");
  if (json.is_object() && json.value("version", Json()) != "1.0.0")
    fail(Kind::unsupported, "only version 1.0.0 of hooks is supported");
  auto hook = base::from_json<Hook>(json, "hook");
  if (hook.program.path.empty()) fail(Kind::usage, "missing required property: hook.path");
  if (!hook.program.path.starts_with('/')) fail(Kind::usage, "hook.path is not absolute");
  if (!base::exists(hook.program.path))
    fail(Kind::usage, "{}: no such program", base::printable(hook.program.path));
  for (const auto& stage : hook.stages) list_of(stage);
  check_patterns(hook.when);
  return hook;
}

/// By file name, later directories over earlier ones.
std::map<std::string, Hook> read_hooks(const std::vector<std::string>& directories) {
  std::map<std::string, Hook> hooks;
  for (const auto& directory : directories) {
    for (const auto& name : base::list_directory(directory)) {
      if (!name.ends_with(".json")) continue;
      const std::string path = directory + "/" + name;
      try {
        const auto file = base::find_file(path, O_RDONLY | O_NONBLOCK);
        if (file) hooks[name] = parse(read_text(*file));  // else it has gone since
        if (hooks.size() > kMostFiles) fail(Kind::usage, "too many hooks");
      } catch (const base::Error& e) {
        fail(e.kind() == Kind::unsupported ? e.kind() : Kind::usage,
             "setting up OCI Hooks: parsing hook \"{}\": {}",
             base::printable(path),
             e.message());
      }
    }
  }
  return hooks;
}

/// An annotation whose key and value are those wanted.
bool has_annotation(const Json& annotations, const std::string& key, const std::string& value) {
  const base::Pattern for_key(key, "invalid annotation key");
  const base::Pattern for_value(value, "invalid annotation value");
  return std::any_of(annotations.items().begin(), annotations.items().end(), [&](const auto& item) {
    return for_key.matches(item.key()) && item.value().is_string() &&
           for_value.matches(item.value().template get<std::string>());
  });
}

bool is_meant(const When& when, const Json& spec, bool has_bind_mounts) {
  if (when.always && !*when.always) return false;
  if (when.has_bind_mounts && !(*when.has_bind_mounts && has_bind_mounts)) return false;
  const Json annotations = spec.value("annotations", Json::object());
  for (const auto& [key, value] : when.annotations)
    if (!has_annotation(annotations, key, value)) return false;
  if (when.commands.empty())
    return when.always || when.has_bind_mounts || !when.annotations.empty();
  const auto command = spec.at("process").at("args").at(0).get<std::string>();
  return std::any_of(when.commands.begin(), when.commands.end(), [&](const auto& pattern) {
    return base::Pattern(pattern, "invalid command").matches(command);
  });
}

}  // namespace

void add_hooks(Json& spec, const std::vector<std::string>& directories, bool has_bind_mounts) {
  const auto hooks = read_hooks(directories);
  std::vector<std::pair<std::string, const Hook*>> ordered;
  for (const auto& [name, hook] : hooks) ordered.emplace_back(base::lower(name), &hook);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  for (const auto& [name, hook] : ordered) {
    if (!is_meant(hook->when, spec, has_bind_mounts)) continue;
    for (const auto& stage : hook->stages)
      spec["hooks"][list_of(stage)].push_back(base::to_json(hook->program));
  }
}

bool add_hooks(Json& spec,
               const Engine& engine,
               const CreateOptions& options,
               const std::string& run_directory) {
  auto directories = engine.hook_directories;
  // Podman's, for root alone.
  if (directories.empty() && options.rules.usual_hooks && !base::is_rootless())
    directories = {"/usr/share/containers/oci/hooks.d", "/etc/containers/oci/hooks.d"};
  const auto is_asked_for = [](const auto& mount) { return !mount.from_image; };
  add_hooks(
      spec, directories, std::any_of(options.mounts.begin(), options.mounts.end(), is_asked_for));
  if (!spec.contains("hooks")) return false;
  if (spec["hooks"].contains("poststop"))
    base::write_file(run_directory + "/" + kPoststopNote, "", 0600);
  return true;
}

}  // namespace container
