// SPDX-License-Identifier: Apache-2.0
#include "options/parse.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

using base::fail;
using base::Kind;

/// Why go-units refuses a size.
[[noreturn]] void refuse_size(const std::string& text) {
  const auto end = text.find_last_of("0123456789. ");
  if (end == std::string::npos) fail(Kind::usage, "invalid size: '{}'", text);
  const bool blank = text[end] == ' ';
  const std::string number = text.substr(0, blank ? end : end + 1);
  const std::string suffix = text.substr(end + 1);
  const auto value = base::parse_number<double>(number);
  if (!value) fail(Kind::usage, "strconv.ParseFloat: parsing \"{}\": invalid syntax", number);
  if (*value < 0 || suffix.empty()) fail(Kind::usage, "invalid size: '{}'", text);
  fail(Kind::usage, "invalid suffix: '{}'", suffix.size() > 3 ? suffix : base::lower(suffix));
}

[[noreturn]] void refuse_cpus(const std::string& text) {
  fail(Kind::usage, "failed to parse {} as a rational number", text);
}

/// A number as digits and a power of ten: "1.25e1" is 125 and -1.
struct Decimal {
  std::int64_t digits = 0;
  int power = 0;
};

std::optional<Decimal> parse_decimal(std::string_view text) {
  const auto e = text.find_first_of("eE");
  int power = 0;
  if (e != std::string_view::npos) {
    auto exponent = text.substr(e + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const auto value = base::parse_number<int>(exponent);
    if (!value || *value > 30 || *value < -30) return std::nullopt;
    power = *value;
    text = text.substr(0, e);
  }
  std::string digits(text.substr(text.starts_with('+') ? 1 : 0));
  if (const auto dot = digits.find('.'); dot != std::string::npos) {
    power -= static_cast<int>(digits.size() - dot - 1);
    digits.erase(dot, 1);
  }
  const auto value = base::parse_number<std::int64_t>(digits);
  if (!value) return std::nullopt;
  return Decimal{*value, power};
}

/// value × 10^power; nothing when that is no whole number that fits.
std::optional<std::int64_t> scale(std::int64_t value, int power) {
  for (; power > 0; --power) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
  }
  for (; power < 0 && value != 0; ++power) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  return value;
}

}  // namespace

std::int64_t parse_size(const std::string& text) {
  if (const auto size = base::parse_bytes(text)) return *size;
  refuse_size(text);
}

std::int64_t parse_swap(const std::string& text) {
  return text == "-1" ? -1 : parse_size(text);
}

std::int64_t parse_decimal_size(const std::string& text) {
  const std::int64_t binary = parse_size(text);
  const auto end = text.find_last_of("0123456789. ");
  const auto suffix = base::lower(text.substr(end + 1));
  const auto power = suffix.empty() ? std::string::npos : std::string("kmgtp").find(suffix[0]);
  if (power == std::string::npos) return binary;
  const double factor = std::pow(1000.0 / 1024.0, static_cast<double>(power) + 1);
  return static_cast<std::int64_t>(std::llround(static_cast<double>(binary) * factor));
}

std::int64_t parse_integer(const std::string& text) {
  const auto digits =
      text.starts_with('+') ? std::string_view(text).substr(1) : std::string_view(text);
  if (const auto value = base::parse_number<std::int64_t>(digits)) return *value;
  const auto first = digits.starts_with('-') ? 1U : 0U;
  const bool number =
      digits.size() > first && digits.find_first_not_of("0123456789", first) == std::string::npos;
  fail(Kind::usage,
       "strconv.ParseInt: parsing \"{}\": {}",
       text,
       number ? "value out of range" : "invalid syntax");
}

std::optional<bool> parse_bool(std::string_view text) {
  constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "true", "True", "TRUE"};
  constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "False", "FALSE"};
  if (std::find(yes.begin(), yes.end(), text) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), text) != no.end()) return false;
  return std::nullopt;
}

std::int64_t parse_cpus(const std::string& text) {
  const auto [above, below] = base::split_pair(text, '/');
  const auto number = parse_decimal(above);
  if (!number) refuse_cpus(text);
  std::optional<std::int64_t> nano;
  if (!below) {
    nano = scale(number->digits, number->power + 9);
  } else {
    const auto divisor = base::parse_number<std::int64_t>(*below);
    if (!divisor || *divisor <= 0 || number->power != 0) refuse_cpus(text);
    const auto whole = scale(number->digits, 9);
    if (whole && *whole % *divisor == 0) nano = *whole / *divisor;
  }
  if (!nano) fail(Kind::usage, "value is too precise");
  return *nano;
}

container::Ulimit parse_ulimit(const std::string& text) {
  constexpr std::array<std::string_view, 15> known{"core",
                                                   "cpu",
                                                   "data",
                                                   "fsize",
                                                   "locks",
                                                   "memlock",
                                                   "msgqueue",
                                                   "nice",
                                                   "nofile",
                                                   "nproc",
                                                   "rss",
                                                   "rtprio",
                                                   "rttime",
                                                   "sigpending",
                                                   "stack"};
  const auto [name, limits] = base::split_pair(text, '=');
  if (!limits) fail(Kind::usage, "invalid ulimit argument: {}", text);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    fail(Kind::usage, "invalid ulimit type: {}", name);
  }
  const auto values = base::split(*limits, ':');
  if (values.size() > 2) {
    fail(Kind::usage,
         "too many limit value arguments - {}, can only have up to two, `soft[:hard]`",
         *limits);
  }
  const std::int64_t hard = parse_integer(values.back()), soft = parse_integer(values.front());
  if (hard != -1 && soft == -1) {
    fail(Kind::usage,
         "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: "
         "{}",
         hard);
  }
  if (hard != -1 && soft > hard) {
    fail(Kind::usage,
         "ulimit soft limit must be less than or equal to hard limit: {} > {}",
         soft,
         hard);
  }
  return {name, soft, hard};
}

std::vector<std::string> parse_csv(const std::string& text) {
  const auto refuse = [](std::size_t at, const char* why) {
    fail(Kind::usage, "parse error on line 1, column {}: {}", at + 1, why);
  };
  std::vector<std::string> values(1);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ',') {
      values.emplace_back();
    } else if (text[at] != '"') {
      values.back() += text[at];
    } else if (at > 0 && text[at - 1] != ',') {
      refuse(at, "bare \" in non-quoted field");
    } else {
      for (++at;; ++at) {
        if (at >= text.size()) refuse(text.size(), "extraneous or missing \" in quoted-field");
        if (text[at] != '"') {
          values.back() += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          values.back() += text[++at];
        } else {
          break;
        }
      }
      if (at + 1 < text.size() && text[at + 1] != ',')
        refuse(at, "extraneous or missing \" in quoted-field");
    }
  }
  return values;
}

}  // namespace cli
