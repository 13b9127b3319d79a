// SPDX-License-Identifier: Apache-2.0
// A POSIX extended regular expression.
#pragma once

#include <regex.h>
#include <string>

#include "base/error.hpp"

namespace base {

class Pattern {
 public:
  /// Kind usage "WHAT: TEXT" for what is none, or too long to be meant.
  Pattern(const std::string& text, std::string_view what) {
    constexpr std::size_t kLongest = 4096;
    if (text.size() > kLongest || ::regcomp(&regex_, text.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
      fail(Kind::usage, "{}: {}", what, text.substr(0, kLongest));
  }

  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  ~Pattern() { ::regfree(&regex_); }

  /// True when it is found anywhere in the text.
  bool matches(const std::string& text) const {
    return ::regexec(&regex_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t regex_{};
};

}  // namespace base
