// SPDX-License-Identifier: Apache-2.0
// The keys that leave a container's terminal without ending it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace container {

/// "ctrl-p,ctrl-q" to bytes, empty to none; kind usage when malformed ("invalid detach keys (x)
/// provided").
std::string parse_detach_keys(const std::string& text);

/// Looks for the keys in what is typed. What may be the beginning of them is held back until it is
/// clear that it is not.
class DetachMatcher {
 public:
  /// `keys` as parse_detach_keys gives them; none never match.
  explicit DetachMatcher(std::string keys) : keys_(std::move(keys)) {}

  /// Takes typed bytes and gives those that go to the container. Nothing more is to be fed once
  /// is_complete().
  std::string feed(std::string_view typed);

  bool is_complete() const { return complete_; }

  /// What is held back at the end of input.
  std::string take_held() { return std::exchange(held_, {}); }

 private:
  std::string keys_, held_;
  bool complete_ = false;
};

}  // namespace container
