// SPDX-License-Identifier: Apache-2.0
// The user namespace that all of a rootless user's commands share (no pause process): join the one of a live recorded
// process, or make one with newuidmap and newgidmap.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/lock.hpp"

namespace base {

struct IdRange {
  std::uint32_t inside = 0, outside = 0, count = 0;
};

/// True when this process is root in the initial user namespace, or root with all it needs in a container.
bool is_rootless();

/// The ranges of /etc/subuid or /etc/subgid (or of NSS, by getsubids) of a user. Empty when there are none.
std::vector<IdRange> subordinate_ids(const std::string& file, std::uint32_t uid, const std::string& user);

/// Enters the namespace recorded in `directory` (RUNROOT), or makes and records one. Before any thread. Afterwards
/// this process is uid 0 in it, with a mount namespace of its own. Returns the lock that keeps others from making
/// another until the caller has recorded a process that stays (record_user_namespace) or has none to record.
/// Kind denied with the command that mends it when subordinate ids or newuidmap are missing.
void enter_user_namespace(const std::string& directory);

/// Notes a process that lives in the namespace (a monitor), for later commands to join.
void record_user_namespace(const std::string& directory, int pid);

/// Ids of the user outside, from before enter_user_namespace.
std::uint32_t outer_uid();
std::uint32_t outer_gid();

/// The mapping in force after entering: what 0..n inside stands for outside.
std::vector<IdRange> uid_map();
std::vector<IdRange> gid_map();

}  // namespace base
