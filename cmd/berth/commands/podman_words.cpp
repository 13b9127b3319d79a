// SPDX-License-Identifier: Apache-2.0
#include "commands/podman_words.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/signal_names.hpp"
#include "base/sys.hpp"
#include "base/time.hpp"

namespace cli {

namespace {

/// As Go's %q, as far as a log line needs it.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    out += c;
  }
  return out + "\"";
}

}  // namespace

void check_terminal(const Session& session) {
  if (::isatty(STDIN_FILENO)) return;
  if (!session.is_podman()) {
    throw ClientError(
        "cannot attach stdin to a TTY-enabled container because stdin is not a terminal",
        1,
        ClientError::Form::bare);
  }
  base::warn(
      "The input device is not a TTY. The --tty and --interactive flags might not work properly");
}

void podman_log(base::LogLevel level, const std::string& text) {
  if (!base::logs(level)) return;
  const char* word = level == base::LogLevel::error  ? "error"
                     : level == base::LogLevel::warn ? "warning"
                                                     : "info";
  const auto whole_seconds = std::chrono::floor<std::chrono::seconds>(base::now());
  const std::string line = fmt::format(
      "time=\"{}\" level={} msg={}\n", base::rfc3339(whole_seconds), word, quoted(text));
  base::write_full(STDERR_FILENO, line);
}

void warn_if_killed(const std::string& name, const container::Stopped& stopped) {
  if (!stopped.killed || stopped.seconds <= 0) return;
  podman_log(base::LogLevel::warn,
             fmt::format("StopSignal {} failed to stop container {} in {} seconds, resorting to "
                         "SIGKILL",
                         base::signal_name(stopped.signal),
                         name,
                         stopped.seconds));
}

}  // namespace cli
