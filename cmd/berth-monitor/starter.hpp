// SPDX-License-Identifier: Apache-2.0
// Programs that the monitor starts: the runtime, in a mount namespace of its own where the prepared
// mounts are in place, and the clean-up command.
#pragma once

#include "plan.hpp"

namespace monitor {

/// Standard streams of the runtime (and so of the container), and where it may tell why it failed.
struct StartFds {
  int in, out, err, log;
};

/// Starts the runtime; returns its pid, or -1. What goes wrong before its first instruction is told
/// on `log`.
int start_runtime(const Plan& plan, const StartFds& fds);

/// Has the runtime run the command of a container that it has created; its pid, or -1. What it says comes on `log`.
int start_begin(const Plan& plan, int log);

/// Starts the clean-up command in a session of its own; nobody waits for it.
void start_cleanup(const Plan& plan);

/// Starts one health check; its pid, or -1.
int start_health_check(const Plan& plan);

/// Becomes the berth command that starts the container again; comes back when that fails.
void become_restart(const Plan& plan);

}  // namespace monitor
