// SPDX-License-Identifier: Apache-2.0
// What this host has of control groups, found by each command that needs it (some ten system calls).
#pragma once

#include <string>
#include <vector>

namespace container {

/// v2: one hierarchy below `root`. Otherwise v1 or hybrid: a hierarchy per directory below it, v2's
/// own ("unified") among them when there is one. Hosts without any mounted have no hierarchy.
struct CgroupHost {
  std::string root;
  bool v2 = false;
  std::vector<std::string> hierarchies;  ///< directories: {root} or {root/memory, root/freezer …}
};

CgroupHost find_cgroup_host(const std::string& root = "/sys/fs/cgroup");

/// This one, found once for all: one command asks for it at the start and at the end of a container.
const CgroupHost& this_host();

/// True when this process may make cgroups at the top of every hierarchy: root's case, unless they
/// are read-only.
bool can_make_cgroups(const CgroupHost& host);

/// True when systemd manages this machine and takes our requests: for root the system's, else the
/// user's session bus.
bool has_systemd(bool rootless);

/// The cgroup below which the manager of systemd units puts its slices: "" for the system's, the
/// user's
/// "/user.slice/user-N.slice/user@N.service" for a rootless one.
std::string systemd_base(bool rootless);

/// "a-b.slice" lies in "a.slice": "/a.slice/a-b.slice". "-.slice" is "".
std::string slice_path(const std::string& slice);

/// Controllers that a child of the cgroup `base` ("" is the top) can use, by their v2 names:
/// memory, cpu, pids …
std::vector<std::string> usable_controllers(const CgroupHost& host, const std::string& base);

/// True when the kernel accounts swap per cgroup.
bool accounts_swap(const CgroupHost& host);

}  // namespace container
