// SPDX-License-Identifier: Apache-2.0
// The container's standard streams on the monitor's side: two pipes for output and one for input,
// or one terminal.
#pragma once

#include <stddef.h>

#include "log.hpp"
#include "plan.hpp"
#include "starter.hpp"

namespace monitor {

/// Makes the pipes that the plan asks for; `fds` get the container's ends. False when that fails.
bool open_streams(const Plan& plan, int runtime_log, StartFds& fds);

/// Closes the container's ends here, so that the end of each stream can be seen.
void close_container_ends(StartFds& fds);

/// The terminal's master side has come from the runtime.
void set_terminal(int master);

void set_window(protocol::WindowSize size);

/// From here on output is read.
void start_output();

/// Output has come (or ended): to the log and the clients.
void pump(Stream stream);

/// Stops and resumes reading, while the client that started the container takes no more.
void pause_output(bool paused);

/// After the first process has ended: what is in the pipes, but no waiting for processes that still
/// hold them.
void drain_output();

/// Where input frames are received: the bytes for stdin lie behind the frame's kind.
char* input_buffer();

/// Hands `size` bytes of input_buffer, from its second byte, to stdin. While input_waits(), it is
/// not to be used.
void take_input(size_t size);
bool input_waits();

/// The pipe of stdin takes bytes again.
void continue_input();

/// Closes stdin once all that came is written.
void end_input();

/// Discards what is waiting; the container has ended.
void drop_input();

/// What the runtime wrote to the container's streams, when it failed and said nothing else.
size_t read_failure(char* buffer, size_t size);

/// Gives memory back that only busy streams need.
void shrink_streams();

}  // namespace monitor
