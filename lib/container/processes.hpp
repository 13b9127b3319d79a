// SPDX-License-Identifier: Apache-2.0
// The processes of a running container.
#pragma once

#include <set>
#include <sys/types.h>

#include "container/engine.hpp"
#include "container/state.hpp"

namespace container {

/// Their pids as we see them: those of its cgroup or, where it has none, those of its pid namespace.
std::set<pid_t> processes_of(Engine& engine, const Record& record, const State& state);

}  // namespace container
