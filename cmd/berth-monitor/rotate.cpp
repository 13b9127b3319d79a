// SPDX-License-Identifier: Apache-2.0
#include "rotate.hpp"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "sys.hpp"

namespace monitor {

namespace {

/// "path" for 0, else "path.N".
void name_file(const char* path, uint32_t number, char (&name)[PATH_MAX]) {
  Text text{name, sizeof name - 1};
  text.add(path);
  if (number > 0) text.add(".").add_number(number);
  name[text.size] = 0;
}

}  // namespace

void rotate_files(const char* path, uint32_t max_files) {
  char from[PATH_MAX], to[PATH_MAX];
  if (max_files < 2) {
    // Removed, not emptied: who reads it still reads it to its end.
    unlink(path);
    return;
  }
  uint32_t free = 1;  // the first number without a file: what lies behind a gap is not ours to move
  for (; free < max_files - 1; ++free) {
    name_file(path, free, to);
    if (access(to, F_OK) != 0) break;
  }
  for (uint32_t number = free; number > 0; --number) {
    name_file(path, number - 1, from);
    name_file(path, number, to);
    rename(from, to);
  }
}

}  // namespace monitor
