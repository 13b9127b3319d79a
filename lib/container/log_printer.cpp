// SPDX-License-Identifier: Apache-2.0
#include "container/log_printer.hpp"

#include <utility>

#include "base/interrupt.hpp"

namespace container {

namespace {

/// Lines are handed on together: a call of the kernel for each would cost more than all else.
constexpr std::size_t kChunk = 64 * 1024;
constexpr const char* kColorEnd = "\033[0m";

}  // namespace

void LogPrinter::print_rest(LogFileReader& file) {
  while (const auto line = file.next_line()) {
    if (const auto entry = parse_log_line(*line, source_.driver)) take(*entry);
    base::check_interrupt();
  }
  flush();
}

void LogPrinter::take(const LogEntry& entry) {
  if (is_wanted(entry)) print(entry);
}

bool LogPrinter::is_wanted(const LogEntry& entry) const {
  return (!request_.since || entry.time >= *request_.since) &&
         (!request_.until || entry.time <= *request_.until);
}

void LogPrinter::print(const LogEntry& entry) {
  // Later pieces of a long line continue it on the screen, so nothing is put in front of them.
  bool& continues = continues_[entry.stream == LogStream::err];
  const bool begins = !std::exchange(continues, entry.text.empty() || entry.text.back() != '\n');
  if (entry.stream != stream_ || text_.size() >= kChunk) flush();
  stream_ = entry.stream;
  if (begins) text_ += request_.color + request_.prefix;
  if (begins && request_.timestamps) text_ += base::rfc3339_fixed(entry.time) + " ";
  if (begins && request_.details) text_ += entry.attributes + ' ';
  text_ += entry.text;
  if (!request_.color.empty() && !continues) text_.insert(text_.size() - 1, kColorEnd);
}

void LogPrinter::flush() {
  if (!text_.empty()) sink_(stream_, text_);
  text_.clear();
}

}  // namespace container
