// SPDX-License-Identifier: Apache-2.0
#include "container/cdi.hpp"

#include <algorithm>
#include <set>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace container {

namespace {

using base::Json;

const Json& part(const Json& json, const char* name) {
  static const Json nothing = Json::object();
  return json.is_object() && json.contains(name) ? json[name] : nothing;
}

std::string text(const Json& json, const char* name) {
  const Json& value = part(json, name);
  return value.is_string() ? value.get<std::string>() : "";
}

/// All files that can be read. One that is broken is told and passed over, as it may concern nobody here.
std::vector<Json> read_files(const std::vector<std::string>& directories) {
  std::vector<Json> files;
  for (const auto& directory : directories) {
    for (const auto& name : base::list_directory(directory)) {
      if (!name.ends_with(".json")) continue;
      const auto content = base::find_file_text(directory + "/" + name);
      auto json = Json::parse(content.value_or(""), nullptr, /*allow_exceptions=*/false);
      if (json.is_object())
        files.push_back(std::move(json));
      else
        base::warn("{}/{} is not JSON, ignoring", directory, name);
    }
  }
  return files;
}

class Edit {
 public:
  Edit(Json& spec, bool rootless) : spec_(spec), rootless_(rootless) {}

  void apply(const Json& edits) {
    for (const auto& variable : part(edits, "env")) spec_["process"]["env"].push_back(variable);
    for (const auto& node : part(edits, "deviceNodes")) add_node(node);
    for (const auto& mount : part(edits, "mounts")) add_mount(mount);
    for (const auto& hook : part(edits, "hooks")) add_hook(hook);
  }

 private:
  void add_node(const Json& node) {
    const std::string path = text(node, "path");
    const std::string host = text(node, "hostPath").empty() ? path : text(node, "hostPath");
    const auto st = base::find_stat(host);
    if (!st || !(S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)))
      base::fail(base::Kind::not_found, "setting up CDI devices: {}: no such device node", host);
    if (rootless_) {
      spec_["mounts"].push_back({{"destination", path},
                                 {"source", host},
                                 {"type", "bind"},
                                 {"options", {"bind", "rprivate", "nosuid", "noexec"}}});
      return;
    }
    const std::string type = S_ISBLK(st->st_mode) ? "b" : "c";
    const Json numbers{
        {"type", type}, {"major", major(st->st_rdev)}, {"minor", minor(st->st_rdev)}};
    Json device = numbers;
    device.update({{"path", path},
                   {"fileMode", st->st_mode & 07777},
                   {"uid", st->st_uid},
                   {"gid", st->st_gid}});
    spec_["linux"]["devices"].push_back(std::move(device));
    Json rule = numbers;
    const std::string access = text(node, "permissions");
    rule.update({{"allow", true}, {"access", access.empty() ? "rw" : access}});
    spec_["linux"]["resources"]["devices"].push_back(std::move(rule));
  }

  void add_mount(const Json& mount) {
    const std::string type = text(mount, "type");
    Json options = part(mount, "options");
    if (!options.is_array()) options = {"rbind", "ro", "nosuid", "nodev"};
    spec_["mounts"].push_back({{"destination", text(mount, "containerPath")},
                               {"source", text(mount, "hostPath")},
                               {"type", type.empty() ? "bind" : type},
                               {"options", std::move(options)}});
  }

  void add_hook(const Json& hook) {
    Json words = Json::object();
    for (const char* name : {"path", "args", "env", "timeout"}) {
      if (hook.contains(name)) words[name] = hook[name];
    }
    spec_["hooks"][text(hook, "hookName")].push_back(std::move(words));
  }

  Json& spec_;
  bool rootless_;
};

/// The last file that describes the device, and the device in it.
std::pair<const Json*, const Json*> find(const std::vector<Json>& files,
                                         const std::string& wanted) {
  const auto [kind, name] = base::split_pair(wanted, '=');
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (text(*file, "kind") != kind) continue;
    for (const auto& device : part(*file, "devices")) {
      if (text(device, "name") == name.value_or("")) return {&*file, &device};
    }
  }
  base::fail(base::Kind::not_found,
             "setting up CDI devices: unresolvable CDI devices {}",
             base::printable(wanted));
}

}  // namespace

std::vector<std::string> cdi_directories() {
  return {"/etc/cdi", "/var/run/cdi"};
}

void add_cdi_devices(Json& spec,
                     const std::vector<std::string>& devices,
                     const std::vector<std::string>& directories,
                     bool rootless) {
  const auto files = read_files(directories);
  std::set<const Json*> applied;  // what a file asks for besides its devices is done once
  Edit edit(spec, rootless);
  for (const auto& wanted : devices) {
    const auto [file, device] = find(files, wanted);
    if (applied.insert(file).second) edit.apply(part(*file, "containerEdits"));
    edit.apply(part(*device, "containerEdits"));
  }
}

}  // namespace container
