// SPDX-License-Identifier: Apache-2.0
#include "container/log_files.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/sys.hpp"

namespace container {

namespace {

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::optional<base::UniqueFd> find_log(const std::string& path) {
  return base::find_file(path, O_RDONLY | O_NOFOLLOW);
}

}  // namespace

std::string LogFiles::name(int number) const {
  return number == 0 ? path_ : path_ + "." + std::to_string(number);
}

std::vector<LogFileReader> LogFiles::open_all() const {
  // From the newest: a rotation meanwhile moves files to where we come later, so one may be met
  // twice, but none is missed.
  std::vector<LogFileReader> files;
  std::optional<struct stat> last;
  for (int number = 0;; ++number) {
    auto fd = find_log(name(number));
    if (!fd && number > 0) break;
    if (!fd) continue;  // just renamed, its successor not made yet
    const auto stat = base::stat_of(fd->get(), path_);
    if (last && is_same(*last, stat)) continue;
    last = stat;
    files.emplace_back(std::move(*fd));
  }
  std::reverse(files.begin(), files.end());
  return files;
}

std::optional<LogFileReader> LogFiles::successor(int fd) const {
  const auto own = base::stat_of(fd, path_);
  for (;;) {
    int place = 0;
    std::optional<struct stat> found;
    while ((found = base::find_stat(name(place))) || place == 0) {
      if (found && is_same(*found, own)) break;
      ++place;
    }
    // Not there any more: what was written after it and is kept begins with the oldest.
    const bool gone = !found;
    if (!gone && place == 0) return std::nullopt;
    if (gone && place == 1 && !base::exists(path_))
      return std::nullopt;  // the next file is being made
    auto next = find_log(name(place - 1));
    if (gone) {
      if (next) return LogFileReader(std::move(*next));
      continue;
    }
    // Files move oldest first: while ours is where it was, the one in front of it was its
    // successor.
    const auto still = base::find_stat(name(place));
    if (!still || !is_same(*still, own)) continue;
    if (next) return LogFileReader(std::move(*next));
    return std::nullopt;
  }
}

}  // namespace container
