// SPDX-License-Identifier: Apache-2.0
// Restart policies: whether the container is to run again, and the wait before it does. The restart itself is berth's: this
// process becomes it, so there is never a second monitor, and nothing of one run is left in the next.
#pragma once

#include "plan.hpp"

namespace monitor {

/// Whether the policy wants another run after this end. A user who stops the container leaves the file `stopped` first.
bool wants_restart(const Plan& plan, int exit_code);

/// Milliseconds to wait, as Docker does: doubled each time, from the beginning again after a run of ten seconds.
uint64_t restart_delay_ms(const Plan& plan);

/// Notes when the container began to run.
void note_run_begins();

}  // namespace monitor
