// SPDX-License-Identifier: Apache-2.0
// TOML as JSON values. The parser itself is compiled once, in toml.cpp.
#pragma once

#include <string>
#include <string_view>

#include "base/json_fields.hpp"

namespace base {

/// Reads a document; times become texts. Kind usage "PATH:LINE: why" when it is no TOML.
Json parse_toml(std::string_view text, const std::string& path);

/// The document without its lines of comment; nothing when it sets no value: files that distributions install are comments
/// throughout, and much faster read so. Lines stay where they are, so that errors name the right one.
std::string toml_without_comments(std::string_view text);

}  // namespace base
