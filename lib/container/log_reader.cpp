// SPDX-License-Identifier: Apache-2.0
#include "container/log_reader.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace container {

namespace {

std::optional<LogEntry> make_entry(std::string_view time,
                                   std::string_view stream,
                                   std::string text) {
  const auto moment = base::parse_rfc3339(time);
  if (!moment || (stream != "stdout" && stream != "stderr")) return std::nullopt;
  return LogEntry{
      *moment, stream == "stderr" ? LogStream::err : LogStream::out, std::move(text), {}};
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// A line as Docker's and our own writers make it, with no escape but the line end's: almost all of them. A tenth of what
/// a JSON parser costs.
std::optional<LogEntry> parse_simple_line(std::string_view line) {
  if (!take_prefix(line, R"({"log":")")) return std::nullopt;
  const auto end = std::min(line.find('\\'), line.find('"'));
  if (end == std::string_view::npos) return std::nullopt;
  const auto text = line.substr(0, end);
  line.remove_prefix(end);
  const bool complete = take_prefix(line, "\\n");
  if (!take_prefix(line, R"(","stream":"std)")) return std::nullopt;
  const bool err = take_prefix(line, "err");
  if (!err && !take_prefix(line, "out")) return std::nullopt;
  if (!take_prefix(line, R"(","time":")") || !line.ends_with("\"}")) return std::nullopt;
  line.remove_suffix(2);
  const auto moment = base::parse_rfc3339(line);
  if (!moment) return std::nullopt;
  LogEntry entry{*moment, err ? LogStream::err : LogStream::out, {}, {}};
  entry.text.reserve(text.size() + 1);
  entry.text.append(text);
  if (complete) entry.text += '\n';
  return entry;
}

/// As Docker shows them: escaped as in a URL's query, by name.
std::string attributes_text(const nlohmann::json& attributes) {
  std::string text;
  const auto add = [&](const std::string& word) {
    for (const char c : word) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) || std::strchr("-_.~", c);
      text += plain      ? std::string(1, c)
              : c == ' ' ? "+"
                         : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  };
  for (const auto& [key, value] : attributes.items()) {
    if (!value.is_string()) continue;
    if (!text.empty()) text += ',';
    add(key);
    text += '=';
    add(value.get<std::string>());
  }
  return text;
}

/// {"log":"text\n","stream":"stdout","time":"…"}
std::optional<LogEntry> parse_json_line(std::string_view line) {
  if (auto entry = parse_simple_line(line)) return entry;
  auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  std::string* texts[3] = {};
  constexpr const char* kNames[3] = {"log", "stream", "time"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto found = json.find(kNames[i]);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    texts[i] = found->get_ptr<std::string*>();
  }
  auto entry = make_entry(*texts[2], *texts[1], std::move(*texts[0]));
  if (const auto attrs = json.find("attrs"); entry && attrs != json.end())
    entry->attributes = attributes_text(*attrs);
  return entry;
}

/// TIME stdout F text
std::optional<LogEntry> parse_k8s_line(std::string_view line) {
  std::string_view words[3];
  for (auto& word : words) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    word = line.substr(0, blank);
    line.remove_prefix(blank + 1);
  }
  std::string text(line);
  if (words[2] == "F")
    text += '\n';
  else if (words[2] != "P")
    return std::nullopt;
  return make_entry(words[0], words[1], std::move(text));
}

}  // namespace

std::optional<LogEntry> parse_log_line(std::string_view line, LogDriver driver) {
  return driver == LogDriver::k8s_file ? parse_k8s_line(line) : parse_json_line(line);
}

/// True when more of the line follows in the next entry: TIME stream P text.
bool LogFileReader::is_piece(off_t begin, off_t end) const {
  char head[64];
  const auto size = static_cast<std::size_t>(std::min<off_t>(end - begin, sizeof head));
  const ssize_t n = base::retry([&] { return ::pread(fd_.get(), head, size, begin); });
  const std::string_view text(head, n > 0 ? static_cast<std::size_t>(n) : 0);
  const auto stream = text.find(' ');
  const auto tag = stream == std::string_view::npos ? stream : text.find(' ', stream + 1);
  return tag != std::string_view::npos && text.substr(tag + 1, 2) == "P ";
}

std::size_t LogFileReader::seek_to_last(std::size_t count, LogDriver driver) {
  constexpr off_t kBlock = 64 * 1024;
  std::string block(kBlock, '\0');
  const off_t size = base::stat_of(fd_.get(), "log file").st_size;
  std::size_t found = 0;
  off_t line = -1;  // that begins where the newest line begins that is not counted yet
  // A line is counted once it is known what stands in front of it.
  const auto count_line = [&](off_t before) {
    const bool continues = driver == LogDriver::k8s_file && before >= 0 && is_piece(before, line);
    if (line < 0 || continues || ++found < count) return false;
    ::lseek(fd_.get(), line, SEEK_SET);
    return true;
  };
  for (off_t end = size; end > 0;) {
    const off_t begin = std::max<off_t>(0, end - kBlock);
    const ssize_t n = base::retry([&] {
      return ::pread(fd_.get(), block.data(), static_cast<std::size_t>(end - begin), begin);
    });
    if (n != end - begin) base::sys_fail("read a log file");
    for (off_t at = end; at-- > begin;) {
      // The line end at the very end of the file begins no line.
      if (block[static_cast<std::size_t>(at - begin)] != '\n' || at == size - 1) continue;
      if (count_line(at + 1)) return count;
      line = at + 1;
    }
    end = begin;
  }
  // The first line has no line end in front of it.
  if (size > 0 && count_line(0)) return count;
  line = 0;
  if (size > 0) count_line(-1);
  return std::min(found, count);
}

bool LogFileReader::read_more() {
  constexpr std::size_t kStep = 64 * 1024;
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + kStep);
  const ssize_t n = base::retry([&] { return ::read(fd_.get(), buffer_.data() + size, kStep); });
  if (n < 0) base::sys_fail("read a log file");
  buffer_.resize(size + static_cast<std::size_t>(n));
  return n > 0;
}

std::optional<std::string_view> LogFileReader::next_line() {
  for (;;) {
    const auto end = buffer_.find('\n', searched_);
    if (end != std::string::npos) {
      const auto line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = searched_ = end + 1;
      if (!std::exchange(too_long_, false)) return line;
      continue;
    }
    searched_ = buffer_.size();
    if (searched_ - begin_ > kLongestLine) {
      too_long_ = true;
      begin_ = searched_;
    }
    if (!read_more()) return std::nullopt;
  }
}

}  // namespace container
