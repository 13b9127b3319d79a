// SPDX-License-Identifier: Apache-2.0
#include "commands/podman_words.hpp"

#include <unistd.h>

#include "base/log.hpp"
#include "base/signal_names.hpp"

namespace cli {

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

void warn_if_killed(const std::string& name, const container::Stopped& stopped) {
  if (!stopped.killed || stopped.seconds <= 0) return;
  base::warn("StopSignal {} failed to stop container {} in {} seconds, resorting to SIGKILL",
             base::signal_name(stopped.signal),
             name,
             stopped.seconds);
}

}  // namespace cli
