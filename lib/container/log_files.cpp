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

/// While files are moved, one by one, there is a number without a file; two in a row are the end.
constexpr int kGapAtEnd = 2;

}  // namespace

std::string LogFiles::name(int number) const {
  return number == 0 ? path_ : path_ + "." + std::to_string(number);
}

std::vector<LogFileReader> LogFiles::open_all() const {
  // From the newest: a rotation meanwhile moves files to where we come later, so one may be met twice, but none is
  // missed.
  std::vector<LogFileReader> files;
  std::vector<struct stat> seen;
  for (int number = 0, missing = 0; missing < kGapAtEnd; ++number) {
    auto fd = find_log(name(number));
    missing = fd ? 0 : missing + 1;
    if (!fd) continue;
    const auto stat = base::stat_of(fd->get(), path_);
    if (std::any_of(
            seen.begin(), seen.end(), [&](const auto& other) { return is_same(stat, other); }))
      continue;
    seen.push_back(stat);
    files.emplace_back(std::move(*fd));
  }
  std::reverse(files.begin(), files.end());
  return files;
}

LogFiles::Places LogFiles::look_for(const struct stat& file) const {
  Places places;
  for (int number = 0, missing = 0; missing < kGapAtEnd && !places.own; ++number) {
    const auto stat = base::find_stat(name(number));
    missing = stat ? 0 : missing + 1;
    if (stat && is_same(*stat, file)) places.own = number;
    if (stat) places.oldest = number;
  }
  return places;
}

std::optional<LogFileReader> LogFiles::successor(int fd) const {
  const auto own = base::stat_of(fd, path_);
  for (;;) {
    const Places places = look_for(own);
    if (places.own == 0 || !places.oldest) return std::nullopt;
    // When ours was dropped, what was written after it and is kept begins with the oldest.
    const int wanted = places.own ? *places.own - 1 : *places.oldest;
    auto next = find_log(name(wanted));
    // Files move oldest first: while the one behind is where it was (or none is), this one has not moved either.
    const auto behind = base::find_stat(name(wanted + 1));
    const bool moved = places.own ? !behind || !is_same(*behind, own) : behind.has_value();
    if (moved) continue;
    if (!next) return std::nullopt;  // renamed just now, its successor not made yet
    return LogFileReader(std::move(*next));
  }
}

}  // namespace container
