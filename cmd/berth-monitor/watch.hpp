// SPDX-License-Identifier: Apache-2.0
// What the main loop waits for: descriptors in one epoll, each with what it is.
#pragma once

#include <stdint.h>
#include <sys/epoll.h>

namespace monitor {

enum class Source : uint32_t { signals, runtime_log, console, listener, oom, out, err, in, client };

/// A descriptor and what is asked of it at present. Changing the interest costs a call only when it
/// changes.
struct Watch {
  int fd = -1;
  uint32_t events = 0;
  Source source = Source::signals;
  uint32_t index = 0;  ///< of a client

  void want(uint32_t wanted);

  /// Closes the descriptor too.
  void close();
};

/// Sets the loop up; false when the kernel refuses.
bool open_loop();

/// Waits; -1 waits forever. Returns how many of `events` came, 0 after the time.
int wait_events(epoll_event* events, int capacity, int timeout_ms);

inline uint64_t tag(Source source, uint32_t index) {
  return static_cast<uint64_t>(source) << 32 | index;
}

inline Source source_of(uint64_t tag) {
  return static_cast<Source>(tag >> 32);
}

inline uint32_t index_of(uint64_t tag) {
  return static_cast<uint32_t>(tag);
}

}  // namespace monitor
