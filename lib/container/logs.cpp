// SPDX-License-Identifier: Apache-2.0
#include "container/logs.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/inotify.h>

#include "base/error.hpp"
#include "base/inotify.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "container/journal.hpp"
#include "container/log_files.hpp"
#include "container/log_printer.hpp"
#include "container/run_state.hpp"

namespace container {

namespace {

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
  LogPrinter printer(source, request, sink);
  if (source.driver == LogDriver::journald) return read_journal(source, request, printer);
  std::optional<LogWatch> watch;
  if (request.follow) watch.emplace(source);
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
