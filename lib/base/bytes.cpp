// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace base {

namespace {

/// What a suffix multiplies with: "", b, k, kb, kib … p; nothing when it is none of them.
std::optional<double> factor_of(std::string_view suffix) {
  constexpr std::string_view letters = "kmgtp";
  if (suffix.empty() || suffix == "b") return 1;
  const auto power = letters.find(suffix[0]);
  const auto unit = suffix.substr(1);
  if (power == std::string_view::npos || !(unit.empty() || unit == "b" || unit == "ib"))
    return std::nullopt;
  return std::pow(1024.0, static_cast<double>(power) + 1);
}

template <std::size_t N>
std::string scaled(double value,
                   double factor,
                   const std::array<const char*, N>& units,
                   int digits) {
  std::size_t unit = 0;
  while (value >= factor && unit + 1 < N) {
    value /= factor;
    ++unit;
  }
  return fmt::format("{:.{}g}{}", value, digits, units[unit]);
}

constexpr std::array<const char*, 9> kDecimal =
    {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
constexpr std::array<const char*, 9> kBinary =
    {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};

}  // namespace

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  const auto end = text.find_last_of("0123456789.");
  if (end == std::string_view::npos || text[0] == '.') return std::nullopt;
  auto number = text.substr(0, end + 1);
  const auto suffix = lower(trim(text.substr(end + 1), " "));
  if (number.back() == '.') number.remove_suffix(1);  // "1.k" is taken, as by Go's parser
  const auto value = parse_number<double>(number);
  const auto factor = factor_of(suffix);
  if (!value || !factor || number.find_first_not_of("0123456789.") != std::string_view::npos)
    return std::nullopt;
  const double bytes = *value * *factor;
  if (bytes < 0 || bytes >= 9.2e18) return std::nullopt;
  return static_cast<std::int64_t>(bytes);
}

std::string human_size(double bytes) {
  return human_size(bytes, 4);
}

std::string human_size(double bytes, int digits) {
  return scaled(bytes, 1000, kDecimal, digits);
}

std::string binary_size(double bytes) {
  return scaled(bytes, 1024, kBinary, 4);
}

}  // namespace base
