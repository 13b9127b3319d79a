// SPDX-License-Identifier: Apache-2.0
// What becomes of a container, as files of its run directory (container/run_state.hpp), and whether
// the kernel killed for lack of memory.
#pragma once

#include <stdint.h>

#include "plan.hpp"

namespace monitor {

/// Looks up what will be asked for later; done while the runtime works.
void prepare_outcome(const Plan& plan);

/// The pid that the runtime wrote; 0 when it wrote none.
int read_pid_file(const Plan& plan);

/// `waits`: the first process is not the container's command yet.
bool write_running(int init, bool waits);

/// Opens the file that counts OOM kills; cgroup v2 reports changes of it by EPOLLPRI. -1 when there
/// is none.
int open_oom(const Plan& plan);

/// Reads that count; to be called at each report, as the cgroup may vanish with the exit.
void note_oom();

/// Notes the end, writes `exit` and returns what clients are told.
protocol::ExitNotice write_exit(int code, bool restarts);

/// There will be no restart after all: `exit` says so.
void write_no_restart(const protocol::ExitNotice& notice);

int exit_code_of(int wait_status);

}  // namespace monitor
