// SPDX-License-Identifier: Apache-2.0
// Processes of containers whose monitor was killed, perhaps before it had noted the container's first process.
#pragma once

#include <string>
#include <vector>

#include "base/pid_ref.hpp"
#include "container/engine.hpp"

namespace container {

/// First processes that the run directories below RUNROOT name. When all else of a rootless user was killed, they alone
/// keep the user namespace, without which nobody may look at them.
std::vector<base::PidRef> find_first_processes(const std::string& runroot);

/// Kills what is left of a run that nobody watches: its runtime, and every process that has the container's root. Where
/// there is no cgroup nothing else knows of them.
void kill_survivors(const Engine& engine, const std::string& id);

}  // namespace container
