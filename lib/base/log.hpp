// SPDX-License-Identifier: Apache-2.0
// What goes to stderr beside errors: warnings about failures that are swallowed, and debug lines.
#pragma once

#include <string>

#include <fmt/format.h>

namespace base {

enum class LogLevel { trace, debug, info, warn, error };

void set_log_level(LogLevel level);
bool logs(LogLevel level);
void write_log(LogLevel level, const std::string& line);

/// For a failure that is swallowed: "cannot do x: why, ignoring".
template <typename... Args>
void warn(fmt::format_string<Args...> text, Args&&... args) {
  if (logs(LogLevel::warn))
    write_log(LogLevel::warn, fmt::format(text, std::forward<Args>(args)...));
}

template <typename... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  if (logs(LogLevel::debug))
    write_log(LogLevel::debug, fmt::format(text, std::forward<Args>(args)...));
}

/// The smallest steps.
template <typename... Args>
void trace(fmt::format_string<Args...> text, Args&&... args) {
  if (logs(LogLevel::trace))
    write_log(LogLevel::trace, fmt::format(text, std::forward<Args>(args)...));
}

/// Text from images, registries or archives made safe for a terminal: control characters become \xNN.
std::string printable(std::string_view text);

}  // namespace base
