// SPDX-License-Identifier: Apache-2.0
// What a container does right now: its row together with what the monitor wrote.
#pragma once

#include <optional>
#include <string>

#include "container/engine.hpp"
#include "container/run_state.hpp"

namespace container {

/// initialized: all of it is made, and its first process waits to become the command (Podman's init).
enum class Status { created, initialized, running, paused, restarting, removing, exited, dead };

const char* to_text(Status status);
bool from_text(const std::string& text, Status& status);

struct State {
  Status status = Status::created;
  Running running;  ///< valid while initialized, running, paused or restarting
  base::Moment started{}, finished{};
  int exit_code = 0;
  bool oom_killed = false;
  /// The container has ended but nobody has cleaned up after it and carried the exit into the row yet.
  bool needs_cleanup = false;

  /// Its monitor was killed, and took with it how the container ended.
  bool is_lost = false;

  bool stopping = false;  ///< it runs, and has been told to stop
  std::string health;     ///< of one that runs and has a check: starting, healthy, unhealthy

  bool is_running() const { return status == Status::running || status == Status::paused; }

  bool has_process() const { return is_running() || status == Status::initialized; }
};

/// Of a file in the run directory: a stop is under way.
inline constexpr const char* kStoppingNote = "stopping";

/// Takes no lock: what it says may change at once, but it was true at some moment of the call. Two small reads for a
/// container that may run, none for others; the row is read again when the files leave doubt.
State state_of(Engine& engine, const Record& record);

}  // namespace container
