// SPDX-License-Identifier: Apache-2.0
#include "base/user_namespace_records.hpp"

#include <optional>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace base {

namespace {

constexpr std::size_t kManyRefused = 32;             // lines
constexpr std::size_t kLong = std::size_t{1} << 16;  // bytes: some 3,000 lines

std::optional<PidRef> parse_line(std::string_view line) {
  const auto [pid_text, start_text] = split_pair(line, ' ');
  const auto pid = parse_number<pid_t>(pid_text);
  const auto start = start_text ? parse_number<std::uint64_t>(*start_text) : std::nullopt;
  if (!pid || !start || *pid <= 0) return std::nullopt;
  return PidRef{*pid, *start};
}

std::string line_of(const PidRef& process) {
  return fmt::format("{} {}\n", process.pid, process.start_time);
}

}  // namespace

bool UserNamespaceRecords::find(const std::function<bool(const PidRef&)>& accept) {
  const auto text = find_file_text(path_);
  if (!text) return false;
  std::size_t refused = 0, start = 0;
  while (start < text->size()) {
    const std::size_t end = text->find('\n', start);
    if (end == std::string::npos) break;  // written by a command that was killed half-way
    const auto process = parse_line(std::string_view(*text).substr(start, end - start));
    if (process && accept(*process)) {
      if (refused >= kManyRefused) replace_file(path_, std::string_view(*text).substr(start), 0600);
      return true;
    }
    ++refused;
    start = end + 1;
  }
  replace_file(path_, "", 0600);
  return false;
}

void UserNamespaceRecords::add(const PidRef& process) {
  const auto text = find_file_text(path_).value_or("");
  // A half-written last line must not swallow the new one.
  const bool whole = text.empty() || text.back() == '\n';
  if (whole && text.size() < kLong) {
    write_full(open_file(path_, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600).get(),
               line_of(process));
    return;
  }
  std::string alive;
  for (const auto& line : split(text, '\n')) {
    const auto other = parse_line(line);
    if (other && other->is_alive()) alive += line_of(*other);
  }
  replace_file(path_, alive + line_of(process), 0600);
}

}  // namespace base
