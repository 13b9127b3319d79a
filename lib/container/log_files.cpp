// SPDX-License-Identifier: Apache-2.0
#include "container/log_files.hpp"

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

std::optional<LogFiles::Newest> LogFiles::newest() const {
  for (const int number : {0, 1}) {
    if (const auto stat = base::find_stat(name(number)))
      return Newest{number, stat->st_dev, stat->st_ino};
  }
  return std::nullopt;
}

bool LogFiles::ends_at(int number) const {
  // While files are moved, oldest first, one number after the other is without a file. Two in a row are the end, unless the
  // first belongs to one rotation and the second to the next: then the newest file is another one.
  for (;;) {
    const auto before = newest();
    if (base::find_stat(name(number)) || base::find_stat(name(number + 1))) return false;
    if (newest() == before) return true;
  }
}

std::optional<LogFiles::Opened> LogFiles::open_newest() const {
  for (;;) {
    for (const int number : {0, 1}) {
      if (auto fd = find_log(name(number))) return Opened{std::move(*fd), number};
    }
    if (ends_at(0)) return std::nullopt;
  }
}

std::optional<LogFiles::Opened> LogFiles::predecessor(const Opened& file) const {
  const auto own = base::stat_of(file.fd.get(), path_);
  int number = file.number;
  const auto is_here = [&] {
    const auto stat = base::find_stat(name(number));
    return stat && is_same(*stat, own);
  };
  for (;;) {
    if (!is_here()) {
      if (ends_at(number)) return std::nullopt;  // ours was dropped, with all before it
      ++number;                                  // it has moved on
      continue;
    }
    // The one before moves first: it may be a number further already. While ours is where it was, it moves no more than that.
    for (const int behind : {number + 1, number + 2}) {
      auto fd = find_log(name(behind));
      if (!is_here()) break;
      if (fd) return Opened{std::move(*fd), behind};
    }
    if (is_here() && ends_at(number + 1)) return std::nullopt;
  }
}

std::vector<LogFileReader> LogFiles::open_all() const {
  std::vector<Opened> opened;
  for (auto file = open_newest(); file; file = predecessor(opened.back()))
    opened.push_back(std::move(*file));
  std::vector<LogFileReader> files;
  for (auto file = opened.rbegin(); file != opened.rend(); ++file)
    files.emplace_back(std::move(file->fd));
  return files;
}

LogFiles::Places LogFiles::look_for(const struct stat& file) const {
  Places places;
  for (int number = 0; !places.own; ++number) {
    const auto stat = base::find_stat(name(number));
    if (!stat && ends_at(number)) break;
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
