// SPDX-License-Identifier: Apache-2.0
// A time span in JSON: a number of nanoseconds that a template shows as Go does, "1m30s". It is carried as eight binary bytes,
// which nothing else is.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "base/json_fields.hpp"

namespace base {

inline Json duration_json(std::int64_t nanoseconds) {
  std::vector<std::uint8_t> bytes(sizeof nanoseconds);
  std::memcpy(bytes.data(), &nanoseconds, sizeof nanoseconds);
  return Json::binary(std::move(bytes));
}

inline std::optional<std::int64_t> find_duration(const Json& json) {
  std::int64_t nanoseconds = 0;
  if (!json.is_binary() || json.get_binary().size() != sizeof nanoseconds) return std::nullopt;
  std::memcpy(&nanoseconds, json.get_binary().data(), sizeof nanoseconds);
  return nanoseconds;
}

}  // namespace base
