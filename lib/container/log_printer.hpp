// SPDX-License-Identifier: Apache-2.0
// Entries of a log made ready to print: those asked for, with what stands in front of each line.
#pragma once

#include <string>

#include "container/log_reader.hpp"
#include "container/logs.hpp"

namespace container {

class LogPrinter {
 public:
  LogPrinter(const LogSource& source, const LogRequest& request, const LogSink& sink)
      : source_(source), request_(request), sink_(sink) {}

  /// Prints all complete lines that a file has from where it stands. A last line that is torn stays
  /// unread.
  void print_rest(LogFileReader& file);

  /// Prints an entry when it is wanted; flush() hands it on.
  void take(const LogEntry& entry);
  void flush();

 private:
  bool is_wanted(const LogEntry& entry) const;
  void print(const LogEntry& entry);

  const LogSource& source_;
  const LogRequest& request_;
  const LogSink& sink_;
  bool continues_[2] = {};
  LogStream stream_ = LogStream::out;
  std::string text_;
};

}  // namespace container
