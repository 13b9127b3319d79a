// SPDX-License-Identifier: Apache-2.0
// Ending containers, and signals to them.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "container/engine.hpp"
#include "container/state.hpp"

namespace container {

struct StopOptions {
  std::optional<int>
      timeout;            ///< seconds; unset: the container's own, else 10; negative: wait for ever
  std::string signal;     ///< empty: the container's own, else the image's, else SIGTERM
  bool restarts = false;  ///< it is started again at once: one that is --rm stays
};

/// How a container came to its end.
struct Stopped {
  bool ran = false;      ///< it ran when asked
  bool killed = false;   ///< the stop signal did not end it in time
  int signal = 0;        ///< that it was sent first
  int seconds = 0;       ///< that it was given
  bool is_lost = false;  ///< its monitor had been killed: nobody knows how it ended
};

/// Sends the stop signal, then after the timeout SIGKILL, and cleans up. A container that does not run is fine.
Stopped stop(Engine& engine, const std::string& name, const StopOptions& options);

/// Sends a signal; when it ends the container, cleaning up is left to whoever watches it.
void kill(Engine& engine, const std::string& name, const std::string& signal);

/// Ends the wait of a monitor before a restart, and waits for the monitor's end; cleaning up is left to the caller. May be
/// called with or without the container's lock.
void cancel_restart(Engine& engine, const Record& record, const State& state);

/// Kills a running container, waits for its end and cleans up. The caller must not hold its lock.
void end_container(Engine& engine, const Record& record, const State& state);

}  // namespace container
