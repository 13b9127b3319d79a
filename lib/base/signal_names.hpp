// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace base {

/// "KILL", "SIGKILL", "sigkill", "9", "RTMIN+3" to a number; nothing when it is no signal.
std::optional<int> parse_signal(std::string_view text);

/// "SIGKILL"
std::string signal_name(int number);

}  // namespace base
