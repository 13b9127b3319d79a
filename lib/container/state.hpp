// SPDX-License-Identifier: Apache-2.0
// What a container does right now: its row together with what the monitor wrote.
#pragma once

#include <optional>
#include <string>

#include "container/engine.hpp"
#include "container/run_state.hpp"

namespace container {

enum class Status { created, running, paused, restarting, removing, exited, dead };

const char* to_text(Status status);
bool from_text(const std::string& text, Status& status);

struct State {
  Status status = Status::created;
  Running running;  ///< valid while running, paused or restarting
  base::Moment started{}, finished{};
  int exit_code = 0;
  bool oom_killed = false;
  /// The container has ended but nobody has cleaned up after it and carried the exit into the row yet.
  bool needs_cleanup = false;

  std::string health;  ///< of one that runs and has a check: starting, healthy, unhealthy

  bool is_running() const { return status == Status::running || status == Status::paused; }
};

/// Takes no lock: what it says may change at once. Two small reads for a container that may run, none for others.
State state_of(const Engine& engine, const Record& record);

}  // namespace container
