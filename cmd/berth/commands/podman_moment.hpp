// SPDX-License-Identifier: Apache-2.0
// Times of --since and --until as Podman reads them.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"

namespace cli {

/// What a mere duration means: --since 5m was five minutes ago, --until 5m is five minutes from now.
enum class Counted { back, forward };

/// Nothing for an empty text, or one that is no time.
inline std::optional<base::Moment> podman_moment(const std::string& text, Counted counted) {
  if (text.empty()) return std::nullopt;
  const auto now = base::now();
  const auto span = base::parse_duration(text);
  if (span && counted == Counted::forward) return now + *span;
  return base::parse_moment(text, now);
}

}  // namespace cli
