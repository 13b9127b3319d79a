// SPDX-License-Identifier: Apache-2.0
#include "base/inotify.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include "base/error.hpp"

namespace base {

Inotify::Inotify() : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (!fd_) sys_fail("watch files");
}

bool Inotify::watch(const std::string& path, std::uint32_t events) {
  if (::inotify_add_watch(fd_.get(), path.c_str(), events) >= 0) return true;
  if (errno == ENOENT) return false;
  sys_fail("watch {}", path);
}

void Inotify::drain() {
  char buffer[4096];
  while (::read(fd_.get(), buffer, sizeof buffer) > 0) continue;
}

}  // namespace base
