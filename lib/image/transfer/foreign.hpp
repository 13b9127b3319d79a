// SPDX-License-Identifier: Apache-2.0
// What registries and archives say, read and shown so that it can do no harm.
#pragma once

#include <string>
#include <string_view>

#include "base/json_fields.hpp"

namespace image {

/// At most `most` bytes of it, on one line and without control characters: a stranger writes no line of ours.
std::string shown(std::string_view text, std::size_t most = 100);

/// Like base::parse_json, but no document of many tiny values: those take fifty times their text in memory. Kind corrupt.
base::Json parse_foreign(std::string_view text, const std::string& where);

template <typename T>
T read_foreign(std::string_view text, const std::string& where) {
  try {
    return base::from_json<T>(parse_foreign(text, where), where);
  } catch (const base::Error& e) {
    throw base::Error(e.kind(), shown(e.message(), 500));  // it may name a stranger's keys
  }
}

}  // namespace image
