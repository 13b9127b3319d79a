// SPDX-License-Identifier: Apache-2.0
#include "container/detach_keys.hpp"

#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace container {

namespace {

/// One key as docker writes it: a character, ctrl-a to ctrl-z and ctrl-@ [ \ ] ^ _, or DEL.
std::optional<char> parse_key(std::string_view key) {
  if (key.size() == 1) return key[0];
  if (key == "DEL") return '\x7f';
  constexpr std::string_view kPrefix = "ctrl-";
  if (key.size() != kPrefix.size() + 1 || key.substr(0, kPrefix.size()) != kPrefix)
    return std::nullopt;
  const char letter = key.back();
  if (letter >= 'a' && letter <= 'z') return static_cast<char>(letter - 'a' + 1);
  constexpr std::string_view kOthers = "[\\]^_";
  if (letter == '@') return '\0';
  if (const auto at = kOthers.find(letter); at != std::string_view::npos)
    return static_cast<char>(27 + at);
  return std::nullopt;
}

}  // namespace

std::string parse_detach_keys(const std::string& text) {
  std::string keys;
  if (text.empty()) return keys;
  for (const auto& part : base::split(text, ',')) {
    const auto key = parse_key(part);
    if (!key) base::fail(base::Kind::usage, "invalid detach keys ({}) provided", text);
    keys += *key;
  }
  return keys;
}

std::string DetachMatcher::feed(std::string_view typed) {
  if (keys_.empty()) return std::string(typed);
  std::string passed;
  for (const char c : typed) {
    held_ += c;
    // The longest end of what came that the keys begin with stays; what is in front of it is no
    // part of them.
    while (!held_.empty() && keys_.compare(0, held_.size(), held_) != 0) {
      passed += held_.front();
      held_.erase(0, 1);
    }
    if (held_ != keys_) continue;
    complete_ = true;
    held_.clear();
    break;
  }
  return passed;
}

}  // namespace container
