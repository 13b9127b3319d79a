// SPDX-License-Identifier: Apache-2.0
// Opening where what lies on disk may be hostile, by callers for whom a failure is nothing unusual.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace base {

/// openat, close-on-exec. Holds nothing on failure, and errno says why.
UniqueFd try_open_at(int dir, const char* name, int flags, mode_t mode = 0);

/// Opens below `dir` without passing any symlink, any ".." that leads out, or another file system
/// (openat2). Holds nothing on failure, and errno says why: ELOOP for a symlink.
UniqueFd try_open_beneath(int dir, const char* path, int flags);

}  // namespace base
