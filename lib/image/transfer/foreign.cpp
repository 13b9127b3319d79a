// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/foreign.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"

namespace image {

namespace {

/// An index of ten thousand entries has half as many.
constexpr std::size_t kMostValues = 200'000;

/// What begins a value, outside strings: each but an object's or list's first follows a comma.
std::size_t count_values(std::string_view text) {
  std::size_t count = 1;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == ',' || c == '{' || c == '['))
      ++count;
  }
  return count;
}

}  // namespace

std::string shown(std::string_view text, std::size_t most) {
  const bool is_cut = text.size() > most;
  std::string line = base::printable(text.substr(0, most));
  for (std::size_t at = 0; (at = line.find_first_of("\n\t", at)) != std::string::npos;)
    line.replace(at, 1, line[at] == '\n' ? "\\n" : "\\t");
  return is_cut ? line + "..." : line;
}

base::Json parse_foreign(std::string_view text, const std::string& where) {
  if (count_values(text) > kMostValues)
    base::fail(base::Kind::corrupt, "{} has more than {} values", where, kMostValues);
  return base::parse_json(text, where);
}

}  // namespace image
