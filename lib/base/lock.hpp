// SPDX-License-Identifier: Apache-2.0
// A lock on a file of its own: released by the kernel however its holder ends.
#pragma once

#include <optional>
#include <string>

#include "base/unique_fd.hpp"

namespace base {

class FileLock {
 public:
  enum class Mode { shared, exclusive };

  /// Waits for the lock. The file is made if missing and never removed by this class.
  explicit FileLock(const std::string& path, Mode mode = Mode::exclusive);

  /// Nothing when somebody else holds it.
  static std::optional<FileLock> try_lock(const std::string& path, Mode mode = Mode::exclusive);

  int fd() const { return fd_.get(); }

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace base
