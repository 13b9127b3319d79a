// SPDX-License-Identifier: Apache-2.0
// Old log files: path.1 is the newest of them.
#pragma once

#include <stdint.h>

namespace monitor {

/// Moves path to path.1, path.1 to path.2 ..., so that with the next `path` there are at most
/// `max_files`. Oldest first: a reader that finds its file at path.N knows that its successor is at
/// path.(N-1).
void rotate_files(const char* path, uint32_t max_files);

}  // namespace monitor
