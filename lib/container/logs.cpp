// SPDX-License-Identifier: Apache-2.0
#include "container/logs.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/inotify.h>

#include "base/error.hpp"
#include "base/inotify.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "container/log_files.hpp"
#include "container/run_state.hpp"

namespace container {

namespace {

class LogPrinter {
 public:
  LogPrinter(const LogSource& source, const LogRequest& request, const LogSink& sink)
      : source_(source), request_(request), sink_(sink) {}

  /// Prints all complete lines that a file has from where it stands. A last line that is torn stays
  /// unread.
  void print_rest(LogFileReader& file) {
    while (const auto line = file.next_line()) {
      const auto entry = parse_log_line(*line, source_.driver);
      if (entry && is_wanted(*entry)) print(*entry);
      base::check_interrupt();
    }
    flush();
  }

 private:
  bool is_wanted(const LogEntry& entry) const {
    return (!request_.since || entry.time >= *request_.since) &&
           (!request_.until || entry.time <= *request_.until);
  }

  void print(const LogEntry& entry) {
    // Later pieces of a long line continue it on the screen, so nothing is put in front of them.
    bool& continues = continues_[entry.stream == LogStream::err];
    const bool begins = !std::exchange(continues, entry.text.empty() || entry.text.back() != '\n');
    if (entry.stream != stream_ || text_.size() >= kChunk) flush();
    stream_ = entry.stream;
    if (begins) text_ += request_.color + request_.prefix;
    if (begins && request_.timestamps) text_ += base::rfc3339_fixed(entry.time) + " ";
    if (begins && request_.details) text_ += ' ';
    text_ += entry.text;
    if (!request_.color.empty() && !continues) text_.insert(text_.size() - 1, kColorEnd);
  }

  void flush() {
    if (!text_.empty()) sink_(stream_, text_);
    text_.clear();
  }

  /// Lines are handed on together: a call of the kernel for each would cost more than all else.
  static constexpr std::size_t kChunk = 64 * 1024;
  static constexpr const char* kColorEnd = "\033[0m";

  const LogSource& source_;
  const LogRequest& request_;
  const LogSink& sink_;
  bool continues_[2] = {};
  LogStream stream_ = LogStream::out;
  std::string text_;
};

/// Waits for news of a log and of the run that writes it.
class LogWatch {
 public:
  explicit LogWatch(const LogSource& source) : directory_(source.run_directory) {
    inotify_.watch(source.path.substr(0, source.path.find_last_of('/')),
                   IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF);
    inotify_.watch(directory_, IN_MOVED_TO | IN_DELETE_SELF);
    monitor_ = source.monitor.open();
  }

  /// True once nothing more will be written: the monitor notes the exit after the last output.
  bool is_over() const {
    return !monitor_ || base::wait_for_exit(monitor_->get(), 0) || read_exit(directory_);
  }

  /// False when `until` came first.
  bool wait(std::optional<base::Moment> until) {
    pollfd polled[2] = {{inotify_.get(), POLLIN, 0}, {monitor_ ? monitor_->get() : -1, POLLIN, 0}};
    std::optional<timespec> left;
    if (until) {
      const auto span = std::max(*until - base::now(), std::chrono::nanoseconds(0)).count();
      left = timespec{span / 1'000'000'000, span % 1'000'000'000};
    }
    const int n = ::ppoll(polled, 2, left ? &*left : nullptr, nullptr);
    if (n < 0 && errno != EINTR) base::sys_fail("wait for a log");
    base::check_interrupt();
    inotify_.drain();
    return n != 0;
  }

 private:
  std::string directory_;
  base::Inotify inotify_;
  std::optional<base::UniqueFd> monitor_;
};

/// Leaves those files, and sets them so, that the last `count` lines of all are unread.
void seek_to_tail(std::vector<LogFileReader>& files, std::size_t count, LogDriver driver) {
  auto file = files.end();
  while (file != files.begin() && count > 0) count -= (--file)->seek_to_last(count, driver);
  files.erase(files.begin(), file);
}

/// The newest file, when `tail` 0 has left none: only what comes is wanted of it.
void skip_all(LogFileReader& file) {
  ::lseek(file.fd(), 0, SEEK_END);
}

/// Prints the current file and those that follow it, up to now.
void print_new(LogPrinter& printer, const LogFiles& log, std::optional<LogFileReader>& current) {
  if (!current) {
    auto files = log.open_all();
    if (files.empty()) return;
    current.emplace(std::move(files.front()));
  }
  for (;;) {
    printer.print_rest(*current);
    auto next = log.successor(current->fd());
    if (!next) return;
    printer.print_rest(*current);  // what was written between our reading and the rotation
    current.emplace(std::move(*next));
  }
}

void follow(const LogSource& source,
            const LogRequest& request,
            LogPrinter& printer,
            std::optional<LogFileReader> current,
            LogWatch& watch) {
  const LogFiles log(source.path);
  for (;;) {
    const bool over =
        watch.is_over();  // asked first: what was written before the end is then read below
    print_new(printer, log, current);
    if (over || !watch.wait(request.until)) return;
  }
}

}  // namespace

void read_logs(const LogSource& source, const LogRequest& request, const LogSink& sink) {
  if (source.driver == LogDriver::none || source.driver == LogDriver::passthrough) {
    base::fail(base::Kind::unsupported, "configured logging driver does not support reading");
  }
  std::optional<LogWatch> watch;
  if (request.follow) watch.emplace(source);
  LogPrinter printer(source, request, sink);
  auto files = LogFiles(source.path).open_all();
  std::optional<LogFileReader> newest;
  if (request.tail && *request.tail == 0 && !files.empty()) {
    newest.emplace(std::move(files.back()));
    skip_all(*newest);
    files.clear();
  }
  if (request.tail) seek_to_tail(files, *request.tail, source.driver);
  for (auto& file : files) printer.print_rest(file);
  if (!request.follow) return;
  if (!files.empty()) newest.emplace(std::move(files.back()));
  follow(source, request, printer, std::move(newest), *watch);
}

}  // namespace container
