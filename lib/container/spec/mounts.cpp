// SPDX-License-Identifier: Apache-2.0
// mounts of the spec: Docker's own ones, the managed files, and what the user asked for.
#include <algorithm>

#include "container/spec/parts.hpp"

namespace container::spec {

namespace {

using Options = std::vector<std::string>;

constexpr std::int64_t kDefaultShm = 64 << 20;

base::Json to_json(const SpecMount& mount) {
  return {{"destination", mount.target},
          {"type", mount.type},
          {"source", mount.source},
          {"options", base::to_json(mount.options)}};
}

SpecMount bound(const std::string& source, const std::string& target, Options options) {
  return {source, target, "bind", std::move(options)};
}

/// Kernel file systems may only be mounted by the owner of the namespace that they show.
bool may_mount(const Input& in, const std::string& type) {
  if (type == "network" && in.facts.own_network) return true;
  if (!in.facts.uid_mappings.empty()) return in.has_own(type);
  return !in.facts.rootless || !in.uses_host(type);
}

Options with_read_only(Options options, const Input& in) {
  if (!in.options.security.privileged) options.emplace_back("ro");
  return options;
}

SpecMount proc(const Input& in) {
  if (!may_mount(in, "pid"))
    return bound("/proc", "/proc", {"rbind", "rprivate", "nosuid", "noexec", "nodev"});
  return {"proc", "/proc", "proc", {"nosuid", "noexec", "nodev"}};
}

SpecMount sys(const Input& in) {
  if (!may_mount(in, "network")) {
    return bound(
        "/sys", "/sys", with_read_only({"rbind", "rprivate", "nosuid", "noexec", "nodev"}, in));
  }
  return {"sysfs", "/sys", "sysfs", with_read_only({"nosuid", "noexec", "nodev"}, in)};
}

/// On cgroup v1 the place is a tmpfs with a mount for each hierarchy, and crun's "ro" is for those alone: "rro" is for all.
Options with_all_read_only(Options options, const Input& in) {
  options = with_read_only(std::move(options), in);
  if (!in.facts.cgroup_v2 && !in.options.security.privileged) options.emplace_back("rro");
  return options;
}

SpecMount cgroup(const Input& in) {
  if (!may_mount(in, "cgroup")) {
    return bound("/sys/fs/cgroup",
                 "/sys/fs/cgroup",
                 with_all_read_only({"rbind", "rprivate", "nosuid", "noexec", "nodev"}, in));
  }
  // systemd makes cgroups of its own there.
  if (in.options.systemd)
    return {"cgroup", "/sys/fs/cgroup", "cgroup", {"nosuid", "noexec", "nodev"}};
  return {
      "cgroup", "/sys/fs/cgroup", "cgroup", with_all_read_only({"nosuid", "noexec", "nodev"}, in)};
}

SpecMount pts(const Input& in) {
  Options options{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
  if (in.facts.tty_group) options.emplace_back("gid=5");
  return {"devpts", "/dev/pts", "devpts", std::move(options)};
}

/// --read-only --read-only-tmpfs=false: nothing at all can be written.
bool seals_dev(const Input& in) {
  return in.options.read_only && in.options.read_only_tmpfs == false;
}

SpecMount dev(const Input& in) {
  Options options{"nosuid", "strictatime", "mode=755", "size=65536k"};
  if (seals_dev(in)) options.emplace_back("ro");
  return {"tmpfs", "/dev", "tmpfs", std::move(options)};
}

SpecMount shm(const Input& in) {
  const std::string source = in.uses_host("ipc") ? "/dev/shm" : in.facts.shm;
  SpecMount mount{"shm", "/dev/shm", "tmpfs", {"nosuid", "noexec", "nodev", "mode=1777"}};
  if (source.empty())
    mount.options.push_back(fmt::format("size={}", in.options.shm_size.value_or(kDefaultShm)));
  else
    mount = bound(source, "/dev/shm", {"rbind", "rprivate"});
  if (seals_dev(in)) mount.options.emplace_back("ro");
  return mount;
}

std::vector<SpecMount> own_mounts(const Input& in) {
  std::vector<SpecMount> list{
      proc(in),
      dev(in),
      pts(in),
      sys(in),
      cgroup(in),
  };
  if (in.options.security.label_nested && !in.facts.process_label.empty())
    list.push_back(
        bound("/sys/fs/selinux", "/sys/fs/selinux", {"bind", "rprivate", "nosuid", "noexec"}));
  if (may_mount(in, "ipc"))
    list.push_back({"mqueue", "/dev/mqueue", "mqueue", {"nosuid", "noexec", "nodev"}});
  if (in.options.namespaces.ipc != "none") list.push_back(shm(in));
  return list;
}

/// /etc/resolv.conf and its like; the user's own mount on the same place wins.
void add_managed_files(std::vector<SpecMount>& list, const Input& in) {
  std::vector<std::pair<std::string, std::string>> files{
      {in.facts.resolv, "/etc/resolv.conf"},
      {in.facts.hostname_file, "/etc/hostname"},
      {in.facts.hosts, "/etc/hosts"},
  };
  files.insert(files.end(), in.facts.files.begin(), in.facts.files.end());
  for (const auto& [source, target] : files) {
    const bool taken = std::any_of(
        list.begin(), list.end(), [&target = target](const auto& m) { return m.target == target; });
    if (source.empty() || taken) continue;
    Options options{"rbind", "rprivate"};
    if (in.options.read_only) options.emplace_back("ro");
    list.push_back(bound(source, target, std::move(options)));
  }
}

/// A user namespace has no mknod: the host's nodes are bound into the container.
void add_device_binds(std::vector<SpecMount>& list, const Input& in) {
  if (!in.facts.rootless) return;
  for (const auto& node : in.facts.devices) {
    list.push_back(bound(node.host, node.path, {"bind", "rprivate", "nosuid", "noexec"}));
  }
}

std::ptrdiff_t depth(const SpecMount& mount) {
  return std::count(mount.target.begin(), mount.target.end(), '/') -
         (mount.target.ends_with('/') ? 1 : 0);
}

std::vector<SpecMount> users_mounts(const Input& in) {
  std::vector<SpecMount> list = in.facts.mounts;
  add_managed_files(list, in);
  add_device_binds(list, in);
  std::stable_sort(
      list.begin(), list.end(), [](const auto& a, const auto& b) { return depth(a) < depth(b); });
  return list;
}

bool has_option(const SpecMount& mount, std::initializer_list<const char*> words) {
  return std::find_first_of(
             mount.options.begin(), mount.options.end(), words.begin(), words.end()) !=
         mount.options.end();
}

}  // namespace

base::Json mounts(const Input& in) {
  const auto users = users_mounts(in);
  const auto is_users = [&](const std::string& target) {
    return std::any_of(
        users.begin(), users.end(), [&](const auto& mount) { return mount.target == target; });
  };
  const bool has_dev = is_users("/dev");
  base::Json list = base::Json::array();
  for (const auto& mount : own_mounts(in)) {
    if (is_users(mount.target) || (has_dev && mount.target.starts_with("/dev/"))) continue;
    list.push_back(to_json(mount));
  }
  for (const auto& mount : users) list.push_back(to_json(mount));
  return list;
}

std::string rootfs_propagation(const Input& in) {
  std::string propagation;
  for (const auto& mount : in.facts.mounts) {
    if (has_option(mount, {"shared", "rshared"})) return "shared";
    if (has_option(mount, {"slave", "rslave"})) propagation = "rslave";
  }
  return propagation;
}

}  // namespace container::spec
