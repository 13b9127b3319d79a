// SPDX-License-Identifier: Apache-2.0
#include "container/run_state.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace container {

namespace {

/// "key value ..." lines of a file, as words; a key that is not known belongs to a newer monitor.
std::optional<std::vector<std::vector<std::string>>> read_lines(const std::string& path) {
  const auto text = base::find_file_text(path);
  if (!text) return std::nullopt;
  std::vector<std::vector<std::string>> lines;
  for (const auto& line : base::split(*text, '\n')) {
    if (!line.empty()) lines.push_back(base::split(line, ' '));
  }
  return lines;
}

template <typename Number>
Number number_at(const std::vector<std::string>& words,
                 std::size_t index,
                 const std::string& path) {
  const auto value = index < words.size() ? base::parse_number<Number>(words[index]) : std::nullopt;
  if (!value) base::fail(base::Kind::corrupt, "{}: {} is malformed", path, words[0]);
  return *value;
}

base::Moment moment_at(const std::vector<std::string>& words, const std::string& path) {
  return base::Moment(std::chrono::nanoseconds(number_at<std::int64_t>(words, 1, path)));
}

}  // namespace

std::optional<Running> read_running(const std::string& directory) {
  const std::string path = directory + "/running";
  const auto lines = read_lines(path);
  if (!lines) return std::nullopt;
  Running running;
  for (const auto& words : *lines) {
    if (words[0] == "started") running.started = moment_at(words, path);
    if (words[0] != "monitor" && words[0] != "init") continue;
    auto& process = words[0] == "init" ? running.init : running.monitor;
    process = {number_at<pid_t>(words, 1, path), number_at<std::uint64_t>(words, 2, path)};
  }
  if (running.init.pid <= 0) base::fail(base::Kind::corrupt, "{}: init is missing", path);
  return running;
}

base::UniqueFd open_root(const Running& running) {
  auto root = base::open_file(fmt::format("/proc/{}/root", running.init.pid), O_PATH | O_DIRECTORY);
  // Only after this look is it sure that the number was still the container's.
  if (!running.init.is_alive()) base::fail(base::Kind::wrong_state, "the container has just ended");
  return root;
}

std::optional<Exit> read_exit(const std::string& directory) {
  const std::string path = directory + "/exit";
  const auto lines = read_lines(path);
  if (!lines) return std::nullopt;
  Exit exit;
  for (const auto& words : *lines) {
    if (words[0] == "code") exit.code = number_at<int>(words, 1, path);
    if (words[0] == "oom") exit.oom_killed = number_at<int>(words, 1, path) != 0;
    if (words[0] == "restart") exit.restarts = number_at<int>(words, 1, path) != 0;
    if (words[0] == "finished") exit.finished = moment_at(words, path);
  }
  return exit;
}

}  // namespace container
