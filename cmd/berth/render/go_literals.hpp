// SPDX-License-Identifier: Apache-2.0
// Go's string, character and number literals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace render {

/// The text of "…" or `…`; nothing when an escape is malformed.
std::optional<std::string> unquote(std::string_view literal);

struct NumberLiteral {
  std::int64_t integer = 0;
  double real = 0;
  bool is_real = false;  ///< written with a point or an exponent
  bool fits = true;      ///< an integer that fits 64 bits
};

/// 5, -0x1F, 0b1, 0o17, 1_000, 1.5, 1e3, 'a'; nothing when it is none.
std::optional<NumberLiteral> parse_number_literal(std::string_view text);

/// A code point in UTF-8.
std::string to_utf8(std::uint32_t code);

}  // namespace render
