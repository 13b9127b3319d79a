// SPDX-License-Identifier: Apache-2.0
#include "base/beneath.hpp"

#include <linux/openat2.h>
#include <sys/syscall.h>

#include "base/sys.hpp"

namespace base {

UniqueFd try_open_at(int dir, const char* name, int flags, mode_t mode) {
  return UniqueFd(retry([&] { return ::openat(dir, name, flags | O_CLOEXEC, mode); }));
}

UniqueFd try_open_beneath(int dir, const char* path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  return UniqueFd(
      static_cast<int>(retry([&] { return ::syscall(SYS_openat2, dir, path, &how, sizeof how); })));
}

}  // namespace base
