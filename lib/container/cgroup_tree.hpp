// SPDX-License-Identifier: Apache-2.0
// One cgroup seen as the directories that it has, one per hierarchy: its processes, ending them,
// removing it.
#pragma once

#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace container {

/// The processes in these directories and all below them.
std::set<pid_t> cgroup_processes(const std::vector<std::string>& directories);

/// Ends all of them, however they fork meanwhile, and waits. Kind io when some process does not
/// end.
void kill_cgroup_processes(const std::vector<std::string>& directories);

/// Removes the directories with all below them; first ends what still runs.
void remove_cgroup_directories(const std::vector<std::string>& directories);

}  // namespace container
