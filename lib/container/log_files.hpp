// SPDX-License-Identifier: Apache-2.0
// The files of one log in the order in which they were written, while a monitor may rotate them at
// any moment.
#pragma once

#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "container/log_reader.hpp"

namespace container {

class LogFiles {
 public:
  explicit LogFiles(std::string path) : path_(std::move(path)) {}

  /// All that there are, oldest first; each once, whatever is renamed meanwhile.
  std::vector<LogFileReader> open_all() const;

  /// The file that was begun after the one behind `fd`, once that is complete; nothing while `fd`
  /// is the newest.
  std::optional<LogFileReader> successor(int fd) const;

 private:
  /// Numbers of a file and of the oldest.
  struct Places {
    std::optional<int> own, oldest;
  };

  /// The newest file and its number: as long as they are the same, at most one rotation is under way.
  struct Newest {
    int number;
    dev_t device;
    ino_t inode;

    bool operator==(const Newest&) const = default;
  };

  struct Opened {
    base::UniqueFd fd;
    int number;  ///< where it was; it only moves to higher ones
  };

  std::string name(int number) const;
  std::optional<Opened> open_newest() const;
  /// The file that was begun before this one; nothing when it is the oldest that is kept.
  std::optional<Opened> predecessor(const Opened& file) const;
  std::optional<Newest> newest() const;
  /// True when there is no file with this number or a higher one.
  bool ends_at(int number) const;
  Places look_for(const struct stat& file) const;

  std::string path_;
};

}  // namespace container
