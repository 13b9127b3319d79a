// SPDX-License-Identifier: Apache-2.0
// One log file, line by line, with bounded memory, and what a line says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "base/unique_fd.hpp"
#include "container/monitor.hpp"

namespace container {

enum class LogStream { out, err };

struct LogEntry {
  base::Moment time;
  LogStream stream = LogStream::out;
  std::string
      text;  ///< with \n, unless more of the line follows in the next entry or it never ended
  std::string attributes = {};  ///< "key=value,key=value", as logs --details shows them
};

/// A line of a log of `driver`'s format; nothing when it is malformed.
std::optional<LogEntry> parse_log_line(std::string_view line, LogDriver driver);

/// Reads a file that may still grow.
class LogFileReader {
 public:
  explicit LogFileReader(base::UniqueFd fd) : fd_(std::move(fd)) {}

  int fd() const { return fd_.get(); }

  /// Sets out so that `count` lines are left to read (the end of an unfinished line counts as one);
  /// returns how many there are, when there are fewer. Before anything is read. In k8s-file the
  /// pieces of a long line count once; Docker counts each.
  std::size_t seek_to_last(std::size_t count, LogDriver driver = LogDriver::json_file);

  /// The next line without its \n; nothing at the end, or when the last line is not finished: after
  /// more was written, calling again gives it whole. Lines longer than any log driver writes are
  /// passed over.
  std::optional<std::string_view> next_line();

 private:
  static constexpr std::size_t kLongestLine = 1 << 20;

  bool read_more();
  bool is_piece(off_t begin, off_t end) const;

  base::UniqueFd fd_;
  std::string buffer_;
  std::size_t begin_ = 0;     ///< of what of buffer_ is not given out
  std::size_t searched_ = 0;  ///< up to here there is no line end
  bool too_long_ = false;     ///< the line in work is passed over
};

}  // namespace container
