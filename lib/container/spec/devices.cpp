// SPDX-License-Identifier: Apache-2.0
// Device nodes of the host that a container gets, and the cgroup's rules for them.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/sys.hpp"
#include "container/spec/parts.hpp"

namespace container {

namespace {

namespace fs = std::filesystem;

std::optional<DeviceNode> node_at(const std::string& path) {
  const auto st = base::find_stat(path);
  if (!st || !(S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))) return std::nullopt;
  DeviceNode node;
  node.host = node.path = path;
  node.type = S_ISBLK(st->st_mode) ? 'b' : 'c';
  node.major = major(st->st_rdev);
  node.minor = minor(st->st_rdev);
  node.mode = st->st_mode & 07777;
  node.uid = st->st_uid;
  node.gid = st->st_gid;
  return node;
}

/// Every node below a directory; what vanishes or may not be read meanwhile is passed over.
template <typename Wanted>
std::vector<DeviceNode> nodes_below(const std::string& directory, Wanted wanted) {
  std::vector<DeviceNode> nodes;
  std::error_code ignored;
  fs::recursive_directory_iterator at(
      directory, fs::directory_options::skip_permission_denied, ignored),
      end;
  for (; at != end; at.increment(ignored)) {
    const std::string path = at->path();
    if (!wanted(path)) {
      at.disable_recursion_pending();
      continue;
    }
    if (auto node = node_at(path)) nodes.push_back(std::move(*node));
  }
  std::sort(
      nodes.begin(), nodes.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return nodes;
}

/// Whether --privileged hands on what is at this path: terminals and what is mounted below /dev
/// belong to the container itself.
bool is_shared_with_privileged(const std::string& path) {
  for (const char* own : {"/dev/pts",
                          "/dev/shm",
                          "/dev/fd",
                          "/dev/mqueue",
                          "/dev/console",
                          "/dev/ptmx",
                          "/dev/tty",
                          "/dev/.lxc",
                          "/dev/.lxd-mounts",
                          "/dev/.udev"}) {
    if (path == own) return false;
  }
  return true;
}

std::string resolved(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
  return real ? real.get() : path;
}

std::vector<DeviceNode> nodes_of(const Device& device) {
  const std::string source = resolved(device.host);
  std::vector<DeviceNode> nodes;
  if (auto node = node_at(source)) {
    node->path = device.container;
    nodes.push_back(std::move(*node));
  } else if (base::is_directory(source)) {
    nodes = nodes_below(source, [](const std::string&) { return true; });
    for (auto& below : nodes) below.path = device.container + below.host.substr(source.size());
  }
  if (nodes.empty()) {
    base::fail(base::exists(source) ? base::Kind::usage : base::Kind::command_missing,
               "error gathering device information while adding custom device \"{}\": {}",
               device.host,
               base::exists(source) ? "not a device node" : "no such file or directory");
  }
  for (auto& node : nodes) node.access = device.permissions;
  return nodes;
}

}  // namespace

std::vector<DeviceNode> find_devices(const std::vector<Device>& devices, bool privileged) {
  std::vector<DeviceNode> all;
  if (privileged) all = nodes_below("/dev", is_shared_with_privileged);
  for (const auto& device : devices) {
    for (auto& node : nodes_of(device)) {
      std::erase_if(all, [&](const DeviceNode& other) { return other.path == node.path; });
      all.push_back(std::move(node));
    }
  }
  return all;
}

std::vector<DeviceLimit> find_limited(const std::vector<DeviceRate>& rates) {
  std::vector<DeviceLimit> limits;
  for (const auto& rate : rates) {
    const auto st = base::find_stat(rate.path);
    if (!st || !S_ISBLK(st->st_mode))
      base::fail(base::Kind::usage, "{}: not a block device", rate.path);
    limits.push_back({major(st->st_rdev), minor(st->st_rdev), rate.rate});
  }
  return limits;
}

namespace spec {

base::Json devices(const Input& in) {
  base::Json list = base::Json::array();
  if (in.facts.rootless) return list;  // mknod is not ours; they are bind mounts (mounts.cpp)
  for (const auto& node : in.facts.devices) {
    list.push_back({{"path", node.path},
                    {"type", std::string(1, node.type)},
                    {"major", node.major},
                    {"minor", node.minor},
                    {"fileMode", node.mode},
                    {"uid", node.uid},
                    {"gid", node.gid}});
  }
  return list;
}

base::Json device_rules(const Input& in) {
  if (in.options.security.privileged)
    return base::Json::array({{{"allow", true}, {"access", "rwm"}}});
  // The runtime itself allows the devices that every container has.
  base::Json rules = base::Json::array({{{"allow", false}, {"access", "rwm"}}});
  for (const auto& node : in.facts.devices) {
    rules.push_back({{"allow", true},
                     {"type", std::string(1, node.type)},
                     {"major", node.major},
                     {"minor", node.minor},
                     {"access", node.access}});
  }
  for (const auto& rule : in.options.device_rules) {
    base::Json entry{{"allow", true}, {"type", rule.type}, {"access", rule.access}};
    if (rule.major >= 0) entry["major"] = rule.major;
    if (rule.minor >= 0) entry["minor"] = rule.minor;
    rules.push_back(std::move(entry));
  }
  return rules;
}

}  // namespace spec

}  // namespace container
