// SPDX-License-Identifier: Apache-2.0
// What is due at certain times while the container runs: the next health check, and the end that --timeout sets. The check
// itself is a berth process; here is only the clock that starts it.
#pragma once

#include "plan.hpp"

namespace monitor {

/// The container runs: the clocks start.
void begin_duties(const Plan& plan);

/// What berth update has written to the file `duties` (protocol::FrameKind::duties) counts from now on.
void change_duties();

/// Milliseconds until something is due, at most `most` (-1: any time); -1 when nothing is.
int until_duty(int most);

/// Does what is due; `init` is the container's first process.
void do_duties(const Plan& plan, int init);

/// Whether the container was killed for running longer than it may.
bool has_timed_out();

/// A child has ended: when it is the health check, the next one is set.
void note_ended(int pid, int wait_status);

}  // namespace monitor
