// SPDX-License-Identifier: Apache-2.0
#include "container/cgroup_host.hpp"

#include <algorithm>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"

namespace container {

namespace {

bool is_file_system(const std::string& path, decltype(statfs::f_type) magic) {
  struct statfs fs {};

  return ::statfs(path.c_str(), &fs) == 0 && fs.f_type == magic;
}

bool is_cgroup_mount(const std::string& path) {
  // "cpu" is often a link to "cpu,cpuacct": one hierarchy, listed once.
  const auto entry = base::find_stat(path);
  if (!entry || !S_ISDIR(entry->st_mode)) return false;
  return is_file_system(path, CGROUP_SUPER_MAGIC) || is_file_system(path, CGROUP2_SUPER_MAGIC);
}

bool is_socket(const std::string& path) {
  struct stat st {};

  return ::stat(path.c_str(), &st) == 0 && S_ISSOCK(st.st_mode);
}

/// v2: a cgroup with processes of its own cannot hand controllers to its children, unless it is the
/// real root (which alone has no cgroup.events).
bool may_hand_down(const std::string& directory) {
  if (!base::exists(directory + "/cgroup.events")) return true;
  return base::trim(base::find_file_text(directory + "/cgroup.procs").value_or("")).empty();
}

}  // namespace

CgroupHost find_cgroup_host(const std::string& root) {
  if (is_file_system(root, CGROUP2_SUPER_MAGIC)) return {root, true, {root}};
  CgroupHost host{root, false, {}};
  for (const auto& name : base::list_directory(root)) {
    if (is_cgroup_mount(root + "/" + name)) host.hierarchies.push_back(root + "/" + name);
  }
  std::sort(host.hierarchies.begin(), host.hierarchies.end());
  return host;
}

const CgroupHost& this_host() {
  static const CgroupHost host = find_cgroup_host();
  return host;
}

bool can_make_cgroups(const CgroupHost& host) {
  return !host.hierarchies.empty() &&
         std::all_of(
             host.hierarchies.begin(), host.hierarchies.end(), [](const std::string& directory) {
               return ::access(directory.c_str(), W_OK) == 0;  // also false when mounted read-only
             });
}

bool has_systemd(bool rootless) {
  if (!base::is_directory("/run/systemd/system")) return false;  // sd_booted(3)
  if (!rootless)
    return is_socket("/run/systemd/private") || is_socket("/run/dbus/system_bus_socket");
  const auto runtime = base::environment("XDG_RUNTIME_DIR");
  if (runtime && is_socket(*runtime + "/bus")) return true;
  const auto address = base::environment("DBUS_SESSION_BUS_ADDRESS").value_or("");
  constexpr std::string_view kPath = "unix:path=";
  return address.starts_with(kPath) && is_socket(base::split(address.substr(kPath.size()), ',')[0]);
}

std::string systemd_base(bool rootless) {
  if (!rootless) return "";
  const std::string unit = fmt::format("user@{}.service", base::outer_uid());
  for (const auto& line :
       base::split(base::find_file_text("/proc/self/cgroup").value_or(""), '\n')) {
    const auto at = line.find("/" + unit);
    if (line.starts_with("0::") && at != std::string::npos)
      return line.substr(3, at + 1 + unit.size() - 3);
  }
  return fmt::format("/user.slice/user-{}.slice/{}", base::outer_uid(), unit);
}

std::string slice_path(const std::string& slice) {
  if (slice == "-.slice" || slice.empty()) return "";
  std::string path;
  const std::string name = slice.substr(0, slice.rfind(".slice"));
  for (std::size_t at = name.find('-'); at != std::string::npos; at = name.find('-', at + 1)) {
    path += "/" + name.substr(0, at) + ".slice";
  }
  return path + "/" + name + ".slice";
}

std::vector<std::string> usable_controllers(const CgroupHost& host, const std::string& base) {
  if (host.v2) {
    const std::string directory = host.root + base;
    const char* file = may_hand_down(directory) ? "/cgroup.controllers" : "/cgroup.subtree_control";
    const auto text = base::find_file_text(directory + file).value_or("");
    const auto words = base::split(base::trim(text), ' ');
    return words[0].empty() ? std::vector<std::string>{} : words;
  }
  std::vector<std::string> controllers;
  for (const auto& hierarchy : host.hierarchies) {
    for (auto& name : base::split(hierarchy.substr(hierarchy.find_last_of('/') + 1), ',')) {
      if (name != "systemd" && name != "unified")
        controllers.push_back(name == "blkio" ? "io" : std::move(name));
    }
  }
  return controllers;
}

bool accounts_swap(const CgroupHost& host) {
  if (!host.v2) return base::exists(host.root + "/memory/memory.memsw.limit_in_bytes");
  constexpr const char* kFile = "/memory.swap.max";
  if (base::exists(host.root + kFile)) return true;  // of a cgroup namespace
  // The real root has no such file: a child has it.
  for (const auto& name : base::list_directory(host.root)) {
    const std::string child = host.root + "/" + name;
    if (base::exists(child + "/memory.max")) return base::exists(child + kFile);
  }
  return true;
}

}  // namespace container
