// SPDX-License-Identifier: Apache-2.0
#include "sys.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

namespace monitor {

Text& Text::add(const char* bytes, size_t count) {
  if (count > capacity - size) count = capacity - size;
  memcpy(data + size, bytes, count);
  size += count;
  return *this;
}

Text& Text::add(const char* text) {
  return add(text, strlen(text));
}

Text& Text::add_number(uint64_t number, unsigned least_digits) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[sizeof digits - ++count] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0 || count < least_digits);
  return add(digits + sizeof digits - count, count);
}

uint64_t now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1000000000U + static_cast<uint64_t>(time.tv_nsec);
}

void close_fd(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

void make_nonblocking(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

bool write_all(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t n = write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

long read_small(const char* path, char* buffer, size_t size) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t n = read(fd, buffer, size - 1);
  close(fd);
  if (n < 0) return -1;
  buffer[n] = 0;
  return n;
}

bool replace_file(const char* name, const Text& content) {
  char beside[32];
  Text path{beside, sizeof beside - 1};
  path.add(name).add(".tmp");
  beside[path.size] = 0;
  const int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  const bool written = write_all(fd, content.data, content.size);
  close(fd);
  return written && rename(beside, name) == 0;
}

uint64_t parse_number(const char* text, const char** end) {
  uint64_t number = 0;
  while (*text >= '0' && *text <= '9') number = number * 10 + static_cast<uint64_t>(*text++ - '0');
  if (end) *end = text;
  return number;
}

uint64_t stat_field(int pid, int wanted) {
  char path[32], content[1024];
  Text name{path, sizeof path - 1};
  name.add("/proc/").add_number(static_cast<uint64_t>(pid)).add("/stat");
  path[name.size] = 0;
  if (read_small(path, content, sizeof content) <= 0) return 0;
  // The second field is a name in brackets that may itself hold brackets and blanks.
  const char* at = strrchr(content, ')');
  for (int field = 2; at && field < wanted; ++field) {
    at = strchr(at, ' ');
    if (at) ++at;
  }
  return at ? parse_number(at, nullptr) : 0;
}

}  // namespace monitor
