// SPDX-License-Identifier: Apache-2.0
// Logs that systemd-journald keeps (--log-driver journald). The monitor sends lines to its socket; they are read back through
// journalctl, whose files no other program should have to understand.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "container/log_printer.hpp"
#include "container/logs.hpp"
#include "container/record.hpp"

namespace container {

/// journald's socket for programs.
inline constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

/// The fields that each line of a container carries, as the monitor sends them.
std::string journal_fields(const Record& record, const Details& details);

/// Takes journald's export format apart; what is no line of a container is passed over.
class JournalParser {
 public:
  explicit JournalParser(std::function<void(const LogEntry&)> take) : take_(std::move(take)) {}

  /// Throws kind io for text that is no export, or too long.
  void feed(std::string_view bytes);

  /// Where the last entry stands in the journal; empty before the first.
  const std::string& cursor() const { return cursor_; }

 private:
  bool read_field();
  void take_field(std::string_view name, std::string_view value);
  void finish();

  std::function<void(const LogEntry&)> take_;
  std::string buffer_, cursor_;
  std::size_t begin_ = 0;  ///< of what of buffer_ is not taken yet
  LogEntry entry_;
  bool has_message_ = false, is_partial_ = false;
};

/// The same as read_logs; `source.path` is the container's id. Kind not_found without journalctl.
void read_journal(const LogSource& source, const LogRequest& request, LogPrinter& printer);

}  // namespace container
