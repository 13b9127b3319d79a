// SPDX-License-Identifier: Apache-2.0
// The rule for names of containers and volumes.
#pragma once

#include <string_view>

namespace storage {

/// [a-zA-Z0-9][a-zA-Z0-9_.-]+ : at least two characters, as Docker has it.
inline bool is_object_name(std::string_view name) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (name.size() < 2 || name.size() > 255 || !is_alphanumeric(name[0])) return false;
  for (const char c : name) {
    if (!is_alphanumeric(c) && c != '_' && c != '.' && c != '-') return false;
  }
  return true;
}

}  // namespace storage
