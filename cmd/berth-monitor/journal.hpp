// SPDX-License-Identifier: Apache-2.0
// Lines sent to systemd-journald by its native protocol: one datagram each, "NAME=value\n", or for a value that may hold line
// ends NAME, "\n", its size as eight bytes, the value, "\n".
#pragma once

#include "encode.hpp"

namespace monitor {

/// `fields` are those of every line, ready to be sent. False when there is no journald.
bool open_journal(const char* fields);

/// A line that cannot be sent is lost, never the container; what began without journald goes on when it comes back.
void send_to_journal(const Entry& entry, bool is_error);

}  // namespace monitor
