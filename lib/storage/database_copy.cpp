// SPDX-License-Identifier: Apache-2.0
#include "storage/database_copy.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <tuple>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"

namespace storage {

namespace {

constexpr const char* kParts[] = {"", "-wal"};
constexpr int kTries = 100;

/// What changes with each write to a file; zeros when it is not there.
auto version_of(const std::string& path) {
  struct stat none {};

  const auto st = base::find_stat(path).value_or(none);
  return std::tuple(st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

auto version_of_all(const std::string& path) {
  return std::pair(version_of(path + kParts[0]), version_of(path + kParts[1]));
}

void copy_part(const std::string& from, const std::string& to) {
  const auto target = base::open_file(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const auto source = base::find_file(from, O_RDONLY);
  if (!source) return;
  constexpr std::size_t kMostAtOnce = 16 << 20;
  for (;;) {
    base::check_interrupt();
    const ssize_t n =
        base::retry([&] { return ::sendfile(target.get(), source->get(), nullptr, kMostAtOnce); });
    if (n < 0) base::sys_fail("copy {}", from);
    if (n == 0) return;
  }
}

}  // namespace

std::string copy_database(const std::string& path, const std::string& directory) {
  const std::string copy = directory + "/berth.db";
  for (int i = 0; i < kTries; ++i) {
    const auto before = version_of_all(path);
    for (const char* part : kParts) copy_part(path + part, copy + part);
    // Written meanwhile, the two parts may be of different times.
    if (version_of_all(path) == before) return copy;
  }
  base::fail(base::Kind::in_use, "{} is being written all the time", path);
}

}  // namespace storage
