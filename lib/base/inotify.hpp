// SPDX-License-Identifier: Apache-2.0
// Waiting for changes of files. What has changed is not told: whoever wakes up looks again.
#pragma once

#include <cstdint>
#include <string>

#include "base/unique_fd.hpp"

namespace base {

class Inotify {
 public:
  Inotify();

  int get() const { return fd_.get(); }

  /// Watches for `events` (IN_MODIFY ...); false when the path does not exist.
  bool watch(const std::string& path, std::uint32_t events);

  /// Takes note of all that has happened, so that the next wait is for news.
  void drain();

 private:
  UniqueFd fd_;
};

}  // namespace base
