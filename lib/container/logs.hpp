// SPDX-License-Identifier: Apache-2.0
// Reading a container's log: across rotated files, from the end or all of it, and as it grows.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/pid_ref.hpp"
#include "base/time.hpp"
#include "container/log_reader.hpp"
#include "container/monitor.hpp"

namespace container {

struct LogSource {
  LogDriver driver = LogDriver::json_file;
  /// The file written at present; older ones are path.1, path.2 ... (journald: the container's id).
  std::string path = {};
  /// Of the run that is followed; without a monitor the log is complete.
  std::string run_directory = {};
  base::PidRef monitor = {};
};

struct LogRequest {
  std::optional<std::size_t> tail = {};  ///< entries; unset: all
  std::optional<base::Moment> since = {}, until = {};
  bool follow = false, timestamps = false;
  bool details =
      false;  ///< docker's extra attributes, of which there are none: a blank in front of each line
  std::string prefix = {};  ///< in front of each line: whose it is
  std::string color = {};  ///< the terminal's code that each line begins with; it ends with a reset
};

/// Gets text ready to print.
using LogSink = std::function<void(LogStream stream, std::string_view text)>;

/// Gives the entries asked for to `sink`; when following, until the container has ended and all is
/// read, or `until` is past, or the sink throws. Missing files hold nothing. Kind unsupported for a
/// driver that keeps no log.
void read_logs(const LogSource& source, const LogRequest& request, const LogSink& sink);

}  // namespace container
