// SPDX-License-Identifier: Apache-2.0
// After a container has ended: what its start took is given back, the exit goes into the row, --rm removes it.
#pragma once

#include "container/engine.hpp"
#include "container/state.hpp"

namespace container {

/// Gives back network, cgroup and runtime state, first ending whatever still runs in its cgroup. Goes on after a failure;
/// does nothing when nothing was taken. The run directory stays: who looks meanwhile finds the exit there, until the
/// row has it.
void give_back(Engine& engine, const Record& record);

/// The last of a run: its directory. Only when the row no longer says that the container may run.
void drop_run_directory(Engine& engine, const std::string& id);

/// The event of an end.
void record_end(Engine& engine, const Record& record, const State& state);

/// give_back, the event, the exit into the row, and the run directory away. The caller holds the container's lock.
void end_run(Engine& engine, const Record& record, const State& state);

/// Of a file in the run directory: this end does not remove a container that is --rm.
inline constexpr const char* kKeptNote = "kept";

/// The note of a run that a user has stopped; after its end it lies in the container's own directory.
inline constexpr const char* kStoppedNote = "stopped";

/// The same as end_run, but a container that is --rm is removed. Does nothing unless `state.needs_cleanup`. `known`: see
/// remove_stopped.
void finish(Engine& engine,
            const Record& record,
            const State& state,
            const Details* known = nullptr);

/// The same for a container by id, taking the lock: what the monitor has run when no client is left. Missing is fine. False
/// when it runs, or is about to again: who restarts it holds its lock, and for a moment between the two runs nothing but
/// that lock tells.
bool clean_up(Engine& engine, const std::string& id, const Details* known = nullptr);

}  // namespace container
