// SPDX-License-Identifier: Apache-2.0
#include "base/lock.hpp"

#include <sys/file.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"

namespace base {

namespace {

int operation(FileLock::Mode mode) {
  return mode == FileLock::Mode::shared ? LOCK_SH : LOCK_EX;
}

UniqueFd open_lock(const std::string& path) {
  return open_file(path, O_RDWR | O_CREAT, 0600);
}

/// A lock file may be removed with the object that it guards; then what was locked is a file without a name.
bool is_current(int fd, const std::string& path) {
  struct stat held {};

  struct stat named {};

  return ::fstat(fd, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

}  // namespace

FileLock::FileLock(const std::string& path, Mode mode) {
  for (;;) {
    fd_ = open_lock(path);
    while (::flock(fd_.get(), operation(mode)) < 0) {
      if (errno != EINTR) sys_fail("lock {}", path);
      check_interrupt();
    }
    if (is_current(fd_.get(), path)) return;
  }
}

std::optional<FileLock> FileLock::try_lock(const std::string& path, Mode mode) {
  for (;;) {
    UniqueFd fd = open_lock(path);
    if (::flock(fd.get(), operation(mode) | LOCK_NB) < 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      if (errno != EINTR) sys_fail("lock {}", path);
      continue;
    }
    if (is_current(fd.get(), path)) return FileLock(std::move(fd));
  }
}

}  // namespace base
