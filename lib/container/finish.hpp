// SPDX-License-Identifier: Apache-2.0
// After a container has ended: what its start took is given back, the exit goes into the row, --rm removes it.
#pragma once

#include "container/engine.hpp"
#include "container/state.hpp"

namespace container {

/// Gives back network, cgroup, runtime state and run directory, first ending whatever still runs in its cgroup. Goes on
/// after a failure; does nothing when nothing was taken.
void give_back(Engine& engine, const Record& record);

/// The event of an end.
void record_end(Engine& engine, const Record& record, const State& state);

/// give_back, then the exit into the row and the event; removes the container when it is --rm. The caller holds the
/// container's lock. Does nothing unless `state.needs_cleanup`.
void finish(Engine& engine, const Record& record, const State& state);

/// The same for a container by id, taking the lock: what the monitor has run when no client is left. Missing is fine.
void clean_up(Engine& engine, const std::string& id);

}  // namespace container
