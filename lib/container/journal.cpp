// SPDX-License-Identifier: Apache-2.0
#include "container/journal.hpp"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/interrupt.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/log_attributes.hpp"
#include "container/run_state.hpp"

namespace container {

namespace {

constexpr std::size_t kLongestEntry = 4 << 20;

using Words = std::vector<std::string>;

/// A field's value ends with its line.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

/// What a line and its container are known by: no label or variable may say it, too.
bool is_ours(const std::string& field) {
  for (const char* prefix : {"CONTAINER_", "IMAGE_NAME", "MESSAGE", "PRIORITY", "SYSLOG_"}) {
    if (field.starts_with(prefix)) return true;
  }
  return false;
}

/// journald takes upper case, digits and _, which may not stand first (so nothing can pass for a field of its own). Empty for what
/// cannot be a field.
std::string field_name(const std::string& name) {
  std::string field;
  for (const char c : base::upper(name)) {
    const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_letter || !field.empty()) field += is_letter ? c : '_';
  }
  constexpr std::size_t kLongest = 64;
  const bool is_number = !field.empty() && field[0] <= '9';
  return is_number || is_ours(field) || field.size() > kLongest ? "" : field;
}

Words journalctl(const std::string& id, const Words& more) {
  Words argv = {"journalctl", "--no-pager", "--quiet", "--output=export", "--all"};
  argv.insert(argv.end(), more.begin(), more.end());
  argv.push_back("CONTAINER_ID_FULL=" + id);
  return argv;
}

/// A journalctl that runs, and what it has written.
class Reading {
 public:
  Reading(const std::string& id, const Words& more) : child_(start(id, more)) {}

  int fd() const { return pipe_.read.get(); }

  /// Hands on what is there, waiting for some; false at the end.
  bool hand_on(JournalParser& parser) {
    char buffer[64 * 1024];
    const ssize_t n = base::retry([&] { return ::read(fd(), buffer, sizeof buffer); });
    if (n < 0) base::sys_fail("read from journalctl");
    parser.feed(std::string_view(buffer, static_cast<std::size_t>(n)));
    return n > 0;
  }

  /// Its exit counts only for who reads to the end.
  void end() {
    const auto status = child_.wait();
    if (!status.ok()) base::fail(base::Kind::io, "journalctl failed");
  }

 private:
  base::Child start(const std::string& id, const Words& more) {
    pipe_ = base::make_pipe();
    base::Command command{.argv = journalctl(id, more)};
    command.out = pipe_.write.get();
    auto child = base::spawn(command);
    pipe_.write.reset();
    return child;
  }

  base::Pipe pipe_;
  base::Child child_;
};

void read_all(const std::string& id, const Words& more, JournalParser& parser) {
  Reading reading(id, more);
  while (reading.hand_on(parser)) base::check_interrupt();
  reading.end();
}

/// What was sent to journald is in the journal then. An ordinary user may not ask for it.
void sync_journal() {
  base::run_captured({.argv = {"journalctl", "--sync"}});
}

/// Until the container has ended, or `until` has come.
void follow(const LogSource& source,
            const LogRequest& request,
            Reading& reading,
            JournalParser& parser,
            LogPrinter& printer) {
  const auto monitor = source.monitor.open();
  for (;;) {
    if (!monitor || base::wait_for_exit(monitor->get(), 0) || read_exit(source.run_directory))
      return;
    pollfd polled[2] = {{reading.fd(), POLLIN, 0}, {monitor->get(), POLLIN, 0}};
    std::optional<timespec> left;
    if (request.until) {
      constexpr std::int64_t kBillion = 1'000'000'000;
      const auto span = std::max(*request.until - base::now(), std::chrono::nanoseconds(0)).count();
      left = timespec{span / kBillion, span % kBillion};
    }
    const int n = ::ppoll(polled, 2, left ? &*left : nullptr, nullptr);
    if (n < 0 && errno != EINTR) base::sys_fail("wait for the journal");
    base::check_interrupt();
    if (n == 0) return;
    if (n > 0 && polled[0].revents != 0) {
      if (!reading.hand_on(parser)) return;
      printer.flush();
    }
  }
}

}  // namespace

std::string journal_fields(const Record& record, const Details& details) {
  const std::string tag = log_tag(record, details);
  const std::string short_id = base::short_id(record.id);
  std::string fields;
  const auto add = [&](const char* name, const std::string& value) {
    fields += fmt::format("{}={}\n", name, one_line(value));
  };
  add("CONTAINER_ID", short_id);
  add("CONTAINER_ID_FULL", record.id);
  add("CONTAINER_NAME", record.name);
  add("CONTAINER_TAG", tag.empty() ? short_id : tag);
  add("IMAGE_NAME", record.summary.image_name);
  add("SYSLOG_IDENTIFIER", tag.empty() ? record.name : tag);
  for (const auto& [name, value] : log_attributes(record, details)) {
    if (const auto field = field_name(name); !field.empty()) add(field.c_str(), value);
  }
  return fields;
}

void JournalParser::take_field(std::string_view name, std::string_view value) {
  if (name == "MESSAGE") {
    entry_.text = value;
    has_message_ = true;
  } else if (name == "PRIORITY") {
    entry_.stream = value == "3" ? LogStream::err : LogStream::out;
  } else if (name == "CONTAINER_PARTIAL_MESSAGE") {
    is_partial_ = value == "true";
  } else if (name == "__CURSOR") {
    cursor_ = value;
  } else if (name == "_SOURCE_REALTIME_TIMESTAMP" ||
             (name == "__REALTIME_TIMESTAMP" && entry_.time == base::Moment{})) {
    const auto micros = base::parse_number<std::int64_t>(value);
    if (micros) entry_.time = base::Moment(std::chrono::microseconds(*micros));
  }
}

void JournalParser::finish() {
  if (has_message_) {
    if (!is_partial_) entry_.text += '\n';
    take_(entry_);
  }
  entry_ = LogEntry{};
  has_message_ = is_partial_ = false;
}

/// "NAME=value\n", or "NAME\n", eight bytes of size, the value and "\n". False when more is needed.
bool JournalParser::read_field() {
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  const auto end = rest.find('\n');
  if (end == std::string::npos) return false;
  const std::string_view line = rest.substr(0, end);
  if (line.empty()) {
    finish();
    begin_ += 1;
    return true;
  }
  if (const auto equals = line.find('='); equals != std::string_view::npos) {
    take_field(line.substr(0, equals), line.substr(equals + 1));
    begin_ += end + 1;
    return true;
  }
  constexpr std::size_t kSize = 8;
  if (rest.size() < end + 1 + kSize) return false;
  std::size_t size = 0;
  for (std::size_t i = kSize; i-- > 0;)
    size = size << 8 | static_cast<unsigned char>(rest[end + 1 + i]);
  if (size > kLongestEntry)
    base::fail(base::Kind::io, "the journal holds an entry that is too long");
  const auto begin = end + 1 + kSize;
  if (rest.size() < begin + size + 1) return false;
  take_field(line, rest.substr(begin, size));
  begin_ += begin + size + 1;
  return true;
}

void JournalParser::feed(std::string_view bytes) {
  buffer_ += bytes;
  while (read_field()) {
  }
  buffer_.erase(0, begin_);
  begin_ = 0;
  if (buffer_.size() > 2 * kLongestEntry)
    base::fail(base::Kind::io, "the journal holds an entry that is too long");
}

void read_journal(const LogSource& source, const LogRequest& request, LogPrinter& printer) {
  if (!base::find_program("journalctl"))
    base::fail(base::Kind::not_found, "logs of the journald driver need journalctl");
  JournalParser parser([&](const LogEntry& entry) { printer.take(entry); });
  sync_journal();
  const Words lines =
      request.tail ? Words{fmt::format("--lines={}", *request.tail)} : Words{"--lines=all"};
  if (!request.follow || !source.monitor.is_alive()) {
    read_all(source.path, lines, parser);
    return printer.flush();
  }
  {
    Words following = lines;
    following.emplace_back("--follow");
    Reading reading(source.path, following);
    follow(source, request, reading, parser, printer);
  }
  sync_journal();
  if (!parser.cursor().empty())
    read_all(source.path, {"--after-cursor=" + parser.cursor()}, parser);
  else
    read_all(source.path, lines, parser);
  printer.flush();
}

}  // namespace container
