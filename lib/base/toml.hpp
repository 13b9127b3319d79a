// SPDX-License-Identifier: Apache-2.0
// TOML as JSON values. The parser itself is compiled once, in toml.cpp.
#pragma once

#include <string>
#include <string_view>

#include "base/json_fields.hpp"

namespace base {

/// Reads a document; times become texts. Kind usage "PATH:LINE: why" when it is no TOML.
Json parse_toml(std::string_view text, const std::string& path);

}  // namespace base
