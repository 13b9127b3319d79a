// SPDX-License-Identifier: Apache-2.0
// The control group of a container: where the runtime makes it, and how what is left of it is ended
// and removed.
//
//   manager    when                                        path given to the runtime     below the
//   hierarchies systemd    systemd runs: root, or a user with a        "SLICE:berth:ID"
//   [user@N.service]/SLICE/
//              session bus on cgroup v2 berth-ID.scope
//   cgroupfs   no systemd; the hierarchies are writable    "/berth/ID"                   berth/ID
//   disabled   neither: rootless without a session,        ""                            none
//              or read-only hierarchies
//
// With "cgroupfs" and no right to write, crun 1.8 fails for a given path; "disabled" is what starts
// everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "container/options.hpp"

namespace container {

struct CgroupPlan {
  std::string manager;  ///< "systemd", "cgroupfs" or "disabled": crun's --cgroup-manager
  std::string path;     ///< the spec's cgroupsPath; empty: none
  bool limits = false;  ///< false: no controller is usable
  std::vector<std::string> controllers;  ///< usable ones, by their v2 names
  bool v2 = false;
  bool swap_limit = false;  ///< swap is accounted, so that it can be limited
  std::string oom_file;  ///< counts "oom_kill"; exists once the runtime has made the cgroup. Empty:
                         ///< unknowable
};

/// Decides for one start. `parent` is --cgroup-parent, `wanted` --cgroup-manager (empty: what
/// fits). Kind usage for malformed ones, unsupported for what this host or user cannot have.
CgroupPlan plan_cgroup(const std::string& id, const std::string& parent, const std::string& wanted);

/// The same with what --cgroups says. "split" (cgroup_split.hpp) moves this process, and needs cgroup v2: else kind unsupported.
CgroupPlan plan_cgroup(const std::string& id,
                       const CreateOptions& options,
                       const std::string& wanted);

/// Takes limits out of `resources` that no usable controller could hold; returns Docker's warnings
/// about them. Kind usage where Docker refuses instead.
std::vector<std::string> discard_unusable_limits(Resources& resources, const CgroupPlan& plan);

/// Where a cgroup lies in the hierarchy of one controller ("memory", v1's "cpuacct"), whether it exists or not. Empty where
/// no hierarchy has that controller.
std::string controller_directory(const std::string& manager,
                                 const std::string& path,
                                 std::string_view controller);

/// The existing directories of a cgroup, one per hierarchy.
std::vector<std::string> cgroup_directories(const std::string& manager, const std::string& path);

/// True when no process is left in it.
bool is_cgroup_empty(const std::string& manager, const std::string& path);

/// Ends every process in it and waits for that. Kind io when some process does not end.
void kill_cgroup(const std::string& manager, const std::string& path);

/// Removes it from every hierarchy, with what is below it, first ending what still runs. Missing is
/// fine.
void remove_cgroup(const std::string& manager, const std::string& path);

/// How to call a runtime that moves a process into a container's cgroup. A login session's cgroup belongs to root, and
/// the kernel lets an ordinary user move nothing from there to what belongs to his own manager: systemd-run takes the
/// runtime into a scope of that manager first (some 10 ms).
std::vector<std::string> moving_command(const std::string& manager,
                                        const std::string& path,
                                        std::vector<std::string> argv);

struct CgroupUsage {
  std::optional<std::int64_t> memory, pids;  ///< nothing where the controller is missing
};

CgroupUsage read_cgroup_usage(const std::string& manager, const std::string& path);

}  // namespace container
