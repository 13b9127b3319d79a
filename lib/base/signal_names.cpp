// SPDX-License-Identifier: Apache-2.0
#include "base/signal_names.hpp"

#include <csignal>
#include <cstring>

#include "base/text.hpp"

namespace base {

std::optional<int> parse_signal(std::string_view text) {
  if (const auto number = parse_number<int>(text)) {
    if (*number < 1 || *number > SIGRTMAX) return std::nullopt;
    return number;
  }
  std::string name = upper(text);
  if (name.starts_with("SIG")) name.erase(0, 3);
  if (name.starts_with("RTMIN") || name.starts_with("RTMAX")) {
    const int from = name.starts_with("RTMIN") ? SIGRTMIN : SIGRTMAX;
    if (name.size() == 5) return from;
    const auto offset = parse_number<int>(name[5] == '+' ? name.substr(6) : name.substr(5));
    if (!offset || from + *offset < SIGRTMIN || from + *offset > SIGRTMAX) return std::nullopt;
    return from + *offset;
  }
  for (int number = 1; number < SIGRTMIN; ++number) {
    const char* known = ::sigabbrev_np(number);
    if (known && name == known) return number;
  }
  return std::nullopt;
}

std::string signal_name(int number) {
  const char* known = number < SIGRTMIN ? ::sigabbrev_np(number) : nullptr;
  if (known) return std::string("SIG") + known;
  return std::to_string(number);
}

}  // namespace base
