// SPDX-License-Identifier: Apache-2.0
#include "container/spec/parts.hpp"

namespace container::spec {

namespace {

const std::string& mode_of(const Namespaces& modes, const std::string& type) {
  if (type == "pid") return modes.pid;
  if (type == "ipc") return modes.ipc;
  if (type == "uts") return modes.uts;
  if (type == "user") return modes.user;
  if (type == "cgroup") return modes.cgroup;
  return modes.network;
}

/// Docker leaves a container in the host's cgroup namespace on cgroup v1, and gives it one of its
/// own on v2.
bool defaults_to_host(const std::string& type, const Facts& facts) {
  if (type == "cgroup") return !facts.cgroup_v2;
  return type == "user" && facts.uid_mappings.empty();
}

}  // namespace

bool Input::uses_host(const std::string& type) const {
  if (const auto found = facts.namespace_paths.find(type); found != facts.namespace_paths.end()) {
    return found->second.empty();
  }
  const std::string& mode = mode_of(options.namespaces, type);
  return mode == "host" || ((mode.empty() || type == "user") && defaults_to_host(type, facts));
}

bool Input::has_own(const std::string& type) const {
  return !facts.namespace_paths.contains(type) && !uses_host(type);
}

base::Json namespaces(const Input& in) {
  base::Json list = base::Json::array({{{"type", "mount"}}});
  for (const std::string type : {"pid", "ipc", "uts", "network", "cgroup", "user"}) {
    if (in.uses_host(type)) continue;
    base::Json entry{{"type", type}};
    if (const auto found = in.facts.namespace_paths.find(type);
        found != in.facts.namespace_paths.end()) {
      entry["path"] = found->second;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

base::Json id_mappings(const std::vector<base::IdRange>& ranges) {
  base::Json list = base::Json::array();
  for (const auto& range : ranges) {
    list.push_back(
        {{"containerID", range.inside}, {"hostID", range.outside}, {"size", range.count}});
  }
  return list;
}

}  // namespace container::spec
