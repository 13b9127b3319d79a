// SPDX-License-Identifier: Apache-2.0
#include "render/go_literals.hpp"

#include "base/text.hpp"

namespace render {

namespace {

/// Reads one escape behind a backslash at `at`; nothing when it is malformed.
std::optional<std::string> read_escape(std::string_view text, std::size_t& at, char quote) {
  const char c = text[at++];
  constexpr std::string_view letters = "abfnrtv\\";
  constexpr std::string_view meant = "\a\b\f\n\r\t\v\\";
  if (const auto found = letters.find(c); found != std::string_view::npos)
    return std::string(1, meant[found]);
  if (c == quote) return std::string(1, c);
  const bool octal = c >= '0' && c <= '7';
  const std::size_t length = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (octal) --at;
  if (length == 0 || text.size() - at < length) return std::nullopt;
  const auto code = base::parse_number<std::uint32_t>(text.substr(at, length), octal ? 8 : 16);
  if (!code || (octal && *code > 255) || *code > 0x10FFFF) return std::nullopt;
  at += length;
  if (length <= 3) return std::string(1, static_cast<char>(*code));
  return to_utf8(*code);
}

std::optional<NumberLiteral> character(std::string_view text) {
  const auto inside = text.substr(1, text.size() - 2);
  if (inside.empty()) return std::nullopt;
  std::string value(inside);
  if (inside[0] == '\\' && inside.size() > 1) {
    std::size_t at = 1;
    const auto escaped = read_escape(inside, at, '\'');
    if (!escaped || at != inside.size()) return std::nullopt;
    value = *escaped;
  }
  // One code point: the lead byte tells its length.
  const auto lead = static_cast<unsigned char>(value[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (value.size() != length) return std::nullopt;
  std::int64_t code = length == 1 ? lead : lead & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    code = code << 6 | (static_cast<unsigned char>(value[i]) & 0x3F);
  return NumberLiteral{.integer = code, .real = static_cast<double>(code)};
}

std::optional<NumberLiteral> integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int radix = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = base::lower(text.substr(1, 1))[0];
    radix = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  constexpr std::string_view all = "0123456789abcdef";
  if (digits.empty() || base::lower(digits).find_first_not_of(
                            all.substr(0, static_cast<std::size_t>(radix))) != std::string::npos) {
    return std::nullopt;
  }
  const auto value = base::parse_number<std::int64_t>((negative ? "-" : "") + digits, radix);
  if (!value) return NumberLiteral{.fits = false};
  return NumberLiteral{.integer = *value, .real = static_cast<double>(*value)};
}

}  // namespace

std::string to_utf8(std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
  if (code < 0x10000) {
    return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
  }
  return {byte(0xF0 | code >> 18),
          byte(0x80 | (code >> 12 & 0x3F)),
          byte(0x80 | (code >> 6 & 0x3F)),
          byte(0x80 | (code & 0x3F))};
}

std::optional<std::string> unquote(std::string_view literal) {
  const char quote = literal[0];
  const auto inside = literal.substr(1, literal.size() - 2);
  if (quote == '`') return std::string(inside);
  std::string value;
  for (std::size_t at = 0; at < inside.size();) {
    if (inside[at] != '\\') {
      value += inside[at++];
      continue;
    }
    if (++at == inside.size()) return std::nullopt;
    const auto escaped = read_escape(inside, at, quote);
    if (!escaped) return std::nullopt;
    value += *escaped;
  }
  return value;
}

std::optional<NumberLiteral> parse_number_literal(std::string_view text) {
  if (text.starts_with('\'')) return character(text);
  if (const auto whole = integer(text)) return whole;
  auto digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.find_first_not_of("0123456789.eE+-_") != std::string_view::npos) return std::nullopt;
  std::string plain = digits.starts_with('.') ? "0" : "";
  for (const char c : digits) {
    if (c != '_') plain += c;
  }
  const auto value = base::parse_number<double>(plain);
  if (!value) return std::nullopt;
  return NumberLiteral{.real = negative ? -*value : *value, .is_real = true};
}

}  // namespace render
