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

/// All of them, and "K=V" in the place of what K was: handed on from process to process it must not pile up.
inline std::vector<std::string> environment_with(const std::string& variable) {
  const std::string key = variable.substr(0, variable.find('=') + 1);
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    if (std::string entry_text = *entry; !entry_text.starts_with(key))
      all.push_back(std::move(entry_text));
  }
  all.push_back(variable);
  return all;
}

}  // namespace base
