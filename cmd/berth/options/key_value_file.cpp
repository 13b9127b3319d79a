// SPDX-License-Identifier: Apache-2.0
#include "options/key_value_file.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "errors.hpp"

namespace cli {

namespace {

constexpr std::size_t kLargestFile = std::size_t{16} << 20;

/// How many bytes a character takes by its first one; 0 when no character begins so.
std::size_t character_size(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(text[at + n]); };
    const std::size_t size = character_size(byte(0));
    if (size == 0 || at + size > text.size()) return false;
    for (std::size_t n = 1; n < size; ++n) {
      if ((byte(n) & 0xc0) != 0x80) return false;
    }
    const bool overlong =
        (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
    const bool surrogate = byte(0) == 0xed && byte(1) > 0x9f;
    const bool beyond = byte(0) == 0xf4 && byte(1) > 0x8f;
    if (overlong || surrogate || beyond) return false;
    at += size;
  }
  return true;
}

std::string read(const std::string& flag, const std::string& path) {
  try {
    const auto fd = base::open_file(path, O_RDONLY);
    return base::in_context("read " + path,
                            [&] { return base::read_rest(fd.get(), kLargestFile); });
  } catch (const base::Error& error) {
    // Go's texts of errno are the C library's in lower case; the path keeps its letters.
    const auto why = error.message().rfind(": ");
    client_fail(
        "{}: {}{}", flag, error.message().substr(0, why), base::lower(error.message().substr(why)));
  }
}

std::string byte_list(std::string_view line) {
  std::vector<std::string> numbers;
  for (const char c : line) numbers.push_back(std::to_string(static_cast<unsigned char>(c)));
  return base::join(numbers, " ");
}

/// Throws a sentence about the line, or appends what it says.
void read_line(std::string_view line,
               std::size_t number,
               const LookUp& look_up,
               Blanks blanks,
               std::vector<std::string>& entries) {
  if (!is_utf8(line)) {
    base::fail(base::Kind::usage, "invalid utf8 bytes at line {}: [{}]", number, byte_list(line));
  }
  if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  const auto first = line.find_first_not_of(" \t\v\f\r\n");
  if (first == std::string_view::npos || line[first] == '#') return;
  const std::string text(line.substr(first));
  const auto [key, value] = base::split_pair(text, '=');
  if (key.empty()) base::fail(base::Kind::usage, "no variable name on line '{}'", text);
  if (blanks == Blanks::refused && key.find_first_of(" \t") != std::string::npos) {
    base::fail(base::Kind::usage, "variable '{}' contains whitespaces", key);
  }
  if (value) {
    entries.push_back(text);
  } else {
    for (auto& entry : look_up(key)) entries.push_back(std::move(entry));
  }
}

}  // namespace

std::vector<std::string> read_key_values(const std::string& flag,
                                         const std::string& path,
                                         const LookUp& look_up,
                                         Blanks blanks) {
  const std::string text = read(flag, path);
  std::vector<std::string> entries;
  std::size_t number = 0;
  try {
    for (auto& line : base::split(text, '\n')) {
      if (line.ends_with('\r')) line.pop_back();
      read_line(line, ++number, look_up, blanks, entries);
    }
  } catch (const base::Error& error) {
    client_fail("{}: invalid env file ({}): {}", flag, path, error.message());
  }
  return entries;
}

}  // namespace cli
