// SPDX-License-Identifier: Apache-2.0
// Signals that end a command, turned into an exception at places that choose to be interrupted.
#pragma once

namespace base {

/// From here on SIGINT, SIGTERM and SIGHUP only set a mark (blocking system calls return EINTR).
/// Called once, in main, by commands that do long work.
void catch_interrupts();

/// Throws Interrupted when one of those signals has arrived.
void check_interrupt();

/// True when one of those signals has arrived.
bool is_interrupted();

}  // namespace base
