// SPDX-License-Identifier: Apache-2.0
// The user namespace that all of a rootless user's commands share (no pause process): join the one
// of a live recorded process, or make one with newuidmap and newgidmap.
//
// DIRECTORY/userns has a line "PID START" for every process known to live in it: each command while
// it runs, and each monitor. Both entering and recording happen under flock on
// DIRECTORY/userns.lock, held for the microseconds (or the 2 ms of making a namespace) that this
// takes. So two namespaces never come to be while anything lives in one: a sibling with the same
// mapping could open neither /proc/PID/ns nor the rootfs of the other's containers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/pid_ref.hpp"
#include "base/subordinate_ids.hpp"

namespace base {

/// True for an ordinary user, also when this process has entered that user's namespace (by itself,
/// or as the child of one that had). False for root, also for the root of an unprivileged machine
/// container.
bool is_rootless();

/// True when not in the initial user namespace: some of root's rights are missing (trusted xattrs,
/// mknod ...).
bool in_user_namespace();

/// Enters the namespace recorded in `directory` (RUNROOT; made when missing), or that of one of `others` (asked for when no
/// recorded process lives: what outlived all of them, if anything), or makes one; records
/// this process. Before any thread. Afterwards this process is uid 0 in it, with a mount namespace
/// of its own that follows the host's. Nothing happens when it is uid 0 already. Kind denied with
/// what to do when the host does not let us.
void enter_user_namespace(const std::string& directory,
                          const std::function<std::vector<PidRef>()>& others = {});

/// Notes a process of this namespace that may outlive this command (a monitor), for later commands
/// to join. Must be called before that process is told to start anything. Nothing happens as root.
void record_user_namespace(const std::string& directory, const PidRef& process);

/// The user's ids outside of the namespace: the same before and after entering.
std::uint32_t outer_uid();
std::uint32_t outer_gid();

/// The mapping in force: what 0..n inside stands for outside.
std::vector<IdRange> uid_map();
std::vector<IdRange> gid_map();

/// A uid_map or gid_map of /proc.
std::vector<IdRange> read_map(const std::string& path);

}  // namespace base
