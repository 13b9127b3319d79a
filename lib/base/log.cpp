// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <unistd.h>

#include "base/log_style.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace base {

namespace {

LogLevel threshold = LogLevel::warn;

LogStyle style = LogStyle::plain;

const char* name_of(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return "trace";
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "";
}

std::string quoted(const std::string& line) {
  std::string text = "\"";
  for (const char c : line) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text + "\"";
}

}  // namespace

void set_log_level(LogLevel level) {
  threshold = level;
}

void set_log_style(LogStyle wanted) {
  style = wanted;
}

bool logs(LogLevel level) {
  return level >= threshold;
}

void write_log(LogLevel level, const std::string& line) {
  const std::string text =
      style == LogStyle::plain
          ? upper(name_of(level)) + ": " + line + "\n"
          : fmt::format("time=\"{}\" level={} msg={}\n",
                        rfc3339(std::chrono::floor<std::chrono::seconds>(now())),
                        name_of(level),
                        quoted(line));
  // One write, so that lines of parallel processes do not mix; nobody can be told when stderr fails.
  [[maybe_unused]] const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
}

std::string printable(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // C1 controls come as UTF-8 C2 80..9F; some terminals obey them like ESC sequences.
    const bool c1 = c == 0xC2 && i + 1 < text.size() &&
                    static_cast<unsigned char>(text[i + 1]) >= 0x80 &&
                    static_cast<unsigned char>(text[i + 1]) <= 0x9F;
    if (c1) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    } else if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F) {
      safe += fmt::format("\\x{:02x}", c);
    } else {
      safe += text[i];
    }
  }
  return safe;
}

}  // namespace base
