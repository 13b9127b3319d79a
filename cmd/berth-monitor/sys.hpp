// SPDX-License-Identifier: Apache-2.0
// The few helpers that stand in for a library: text into fixed buffers, whole small files,
// descriptors. Nothing here allocates or throws.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace monitor {

/// Text built up in a buffer of the caller; what does not fit is cut off.
struct Text {
  char* data;
  size_t capacity;
  size_t size = 0;

  Text& add(const char* text);
  Text& add(const char* bytes, size_t count);
  Text& add_number(uint64_t number, unsigned least_digits = 1);
};

/// Nanoseconds since 1970.
uint64_t now();

void close_fd(int& fd);
void make_nonblocking(int fd);

/// Writes all, retrying; false when the file system refuses.
bool write_all(int fd, const char* data, size_t size);

/// Reads a small file whole (as far as it fits) and ends it with a zero byte; returns its size, -1
/// when it cannot.
long read_small(const char* path, char* buffer, size_t size);

/// Replaces a file of the working directory by renaming a finished one over it.
bool replace_file(const char* name, const Text& content);

constexpr int kParentField = 4, kStartTimeField = 22;

/// A field of /proc/PID/stat behind the second; 0 when there is no such process.
uint64_t stat_field(int pid, int wanted);

/// The decimal number at the beginning of a text; *end is what follows.
uint64_t parse_number(const char* text, const char** end);

}  // namespace monitor
