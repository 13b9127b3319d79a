// SPDX-License-Identifier: Apache-2.0
// What is known of a container since it was last started: two small files in RUNROOT/containers/ID,
// written by the monitor with rename, one "key value" per line, so that the monitor needs no JSON
// and a reader sees all or nothing.
//
//   running   monitor PID START      the monitor process (start: field 22 of /proc/PID/stat)
//             init PID START         the container's first process
//             started NANOSECONDS    since 1970; missing while the first process waits to become the command
//   exit      code N                 as a shell has it: 128 + n for a signal
//             oom 0|1
//             finished NANOSECONDS
//             restart 0|1            the policy wants another run: the monitor waits for its time
#pragma once

#include <optional>
#include <string>

#include "base/pid_ref.hpp"
#include "base/time.hpp"
#include "base/unique_fd.hpp"

namespace container {

/// In the run directory: the runtime has programs to run after the end.
inline constexpr const char* kPoststopNote = "poststop";

struct Running {
  base::PidRef monitor, init;
  base::Moment started{};  ///< none: it is only initialized
};

struct Exit {
  int code = 0;
  bool oom_killed = false;
  base::Moment finished{};
  /// Its monitor was killed, or is gone with all that it wrote: the container's row may know better.
  bool assumed = false;
  bool restarts = false;
};

/// Reads the files of one start; nothing where a file is missing. `directory` is
/// RUNROOT/containers/ID.
std::optional<Running> read_running(const std::string& directory);
std::optional<Exit> read_exit(const std::string& directory);

/// The root directory as the first process sees it, with all its mounts. Kind wrong_state when it has just ended.
base::UniqueFd open_root(const Running& running);

}  // namespace container
