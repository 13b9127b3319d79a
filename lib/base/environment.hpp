// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace base {

/// A variable of the environment; nothing when unset or empty.
inline std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (!value || !*value) return std::nullopt;
  return value;
}

/// All of them, and "K=V" beside.
inline std::vector<std::string> environment_with(const std::string& variable) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) all.emplace_back(*entry);
  all.push_back(variable);
  return all;
}

}  // namespace base
