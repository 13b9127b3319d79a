// SPDX-License-Identifier: Apache-2.0
// A process remembered safely: a pid alone may have been given to somebody else since.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>

#include "base/json_fields.hpp"
#include "base/unique_fd.hpp"

namespace base {

/// A process by pid and start time (clock ticks since boot, field 22 of /proc/PID/stat). A pid of 0 is no process.
struct PidRef {
  pid_t pid = 0;
  std::uint64_t start_time = 0;

  /// The process as it is now; nothing when there is none with this pid (or only a zombie).
  static std::optional<PidRef> of(pid_t pid);
  static PidRef self();

  /// True while that very process runs (a zombie does not).
  bool is_alive() const;

  /// A pidfd of it; nothing when it has ended.
  std::optional<UniqueFd> open() const;

  /// Sends a signal; false when it has ended.
  bool signal(int number) const;

  bool operator==(const PidRef&) const = default;
};

template <typename Io>
void fields(Io& io, PidRef& p) {
  io("pid", p.pid);
  io("startTime", p.start_time);
}

/// Waits until a pidfd's process has ended; false when `timeout_ms` (-1: forever) ran out.
bool wait_for_exit(int pidfd, int timeout_ms);

}  // namespace base
