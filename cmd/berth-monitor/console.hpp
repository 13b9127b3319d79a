// SPDX-License-Identifier: Apache-2.0
// The socket on which the runtime hands over the master side of the container's terminal.
#pragma once

namespace monitor {

/// Listens on `console` in the working directory; -1 when that cannot be.
int listen_console();

/// The terminal that came on a connection to the listener; -1 when none did.
int receive_terminal(int listener);

}  // namespace monitor
