// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

#include <cmath>
#include <ctime>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"

namespace base {

namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kBillion = 1'000'000'000;

/// A moment as whole seconds and the rest, which is never negative.
struct Parts {
  std::time_t whole;
  long rest;
};

Parts parts_of(Moment moment) {
  const std::int64_t count = moment.time_since_epoch().count();
  std::int64_t whole = count / kBillion, rest = count % kBillion;
  if (rest < 0) {
    --whole;
    rest += kBillion;
  }
  return {whole, static_cast<long>(rest)};
}

std::string date_and_time(const std::tm& t, char between) {
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}",
                     t.tm_year + 1900,
                     t.tm_mon + 1,
                     t.tm_mday,
                     between,
                     t.tm_hour,
                     t.tm_min,
                     t.tm_sec);
}

/// ".123" without trailing zeros; empty for none.
std::string fraction(long nanos) {
  if (nanos == 0) return "";
  std::string text = fmt::format(".{:09}", nanos);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::tm in_utc(std::time_t whole) {
  std::tm broken{};
  ::gmtime_r(&whole, &broken);
  return broken;
}

/// Reads fixed-width parts of a date from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<int> digits(std::size_t count, int least, int most) {
    if (text_.size() < count) return std::nullopt;
    const auto part = text_.substr(0, count);
    if (part.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    const auto value = parse_number<int>(part);
    if (!value || *value < least || *value > most) return std::nullopt;
    text_.remove_prefix(count);
    return value;
  }

  bool take(std::string_view one_of) {
    if (text_.empty() || one_of.find(text_[0]) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool at_end() const { return text_.empty(); }

  /// ".5" (or ",5", as `date` prints it) as nanoseconds; digits after the ninth are dropped. Nothing when the dot has no digit
  /// behind it.
  std::optional<long> fraction() {
    if (!take(".,")) return 0;
    long value = 0, unit = 100'000'000;
    std::size_t count = 0;
    for (; count < text_.size() && text_[count] >= '0' && text_[count] <= '9';
         ++count, unit /= 10) {
      value += (text_[count] - '0') * unit;
    }
    text_.remove_prefix(count);
    if (count == 0) return std::nullopt;
    return value;
  }

 private:
  std::string_view text_;
};

int days_in(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

std::optional<std::tm> read_date(Reader& in) {
  const auto year = in.digits(4, 0, 9999);
  if (!year || !in.take("-")) return std::nullopt;
  const auto month = in.digits(2, 1, 12);
  if (!month || !in.take("-")) return std::nullopt;
  const auto day = in.digits(2, 1, days_in(*year, *month));
  if (!day) return std::nullopt;
  std::tm broken{};
  broken.tm_year = *year - 1900;
  broken.tm_mon = *month - 1;
  broken.tm_mday = *day;
  return broken;
}

/// "15", "15:04", "15:04:05" or "15:04:05.6" into `broken`; the fraction is returned.
std::optional<long> read_clock(Reader& in, std::tm& broken, bool& has_seconds) {
  const auto hour = in.digits(2, 0, 23);
  if (!hour) return std::nullopt;
  broken.tm_hour = *hour;
  if (!in.take(":")) return 0;
  const auto minute = in.digits(2, 0, 59);
  if (!minute) return std::nullopt;
  broken.tm_min = *minute;
  if (!in.take(":")) return 0;
  const auto second = in.digits(2, 0, 59);
  if (!second) return std::nullopt;
  broken.tm_sec = *second;
  has_seconds = true;
  return in.fraction();
}

/// "Z" or "+01:00" in seconds east of UTC.
std::optional<int> read_offset(Reader& in) {
  if (in.take("Zz")) return 0;
  const bool east = in.take("+");
  if (!east && !in.take("-")) return std::nullopt;
  const auto hours = in.digits(2, 0, 24);
  if (!hours || !in.take(":")) return std::nullopt;
  const auto minutes = in.digits(2, 0, 59);
  if (!minutes) return std::nullopt;
  const int offset = (*hours * 60 + *minutes) * 60;
  return east ? offset : -offset;
}

/// Nothing where 64 bits of nanoseconds do not reach (before 1678, after 2261).
std::optional<Moment> moment_at(std::int64_t whole, long nanos) {
  constexpr std::int64_t reach = std::numeric_limits<std::int64_t>::max() / kBillion - 1;
  if (whole > reach || whole < -reach) return std::nullopt;
  return Moment(std::chrono::seconds(whole) + nanoseconds(nanos));
}

/// RFC 3339; with `shortened`, a part of it from the date on, and without an offset in the local
/// zone.
std::optional<Moment> read_time(std::string_view text, bool shortened) {
  Reader in(text);
  auto broken = read_date(in);
  if (!broken) return std::nullopt;
  long nanos = 0;
  bool has_seconds = false;
  if (in.take("Tt")) {
    const auto read = read_clock(in, *broken, has_seconds);
    if (!read) return std::nullopt;
    nanos = *read;
  } else if (!shortened) {
    return std::nullopt;
  }
  if (!has_seconds && !shortened) return std::nullopt;
  if (shortened && in.at_end()) {
    broken->tm_isdst = -1;
    return moment_at(::mktime(&*broken), nanos);
  }
  const auto offset = read_offset(in);
  if (!offset || !in.at_end()) return std::nullopt;
  if (text.starts_with("0001-01-01T00:00:00") && *offset == 0)
    return Moment{};  // Go's zero time: never
  return moment_at(::timegm(&*broken) - *offset, nanos);
}

/// "1700000000.5", as docker takes it.
std::optional<Moment> read_seconds(std::string_view text) {
  const auto dot = text.find('.');
  const auto whole = parse_number<std::int64_t>(text.substr(0, dot));
  if (!whole) return std::nullopt;
  if (dot == std::string_view::npos) return moment_at(*whole, 0);
  Reader in(text.substr(dot));
  const auto nanos = in.fraction();
  if (!nanos || !in.at_end()) return std::nullopt;
  return moment_at(*whole, *nanos);
}

std::optional<double> unit_of(std::string_view name) {
  constexpr std::pair<std::string_view, double> units[] = {{"ns", 1},
                                                           {"us", 1e3},
                                                           {"\xC2\xB5s", 1e3},
                                                           {"\xCE\xBCs", 1e3},
                                                           {"ms", 1e6},
                                                           {"s", 1e9},
                                                           {"m", 60e9},
                                                           {"h", 3600e9}};
  for (const auto& [unit, value] : units) {
    if (name == unit) return value;
  }
  return std::nullopt;
}

}  // namespace

Moment now() {
  return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
}

std::string rfc3339(Moment moment) {
  if (moment == Moment{}) return "0001-01-01T00:00:00Z";
  const Parts parts = parts_of(moment);
  return date_and_time(in_utc(parts.whole), 'T') + fraction(parts.rest) + "Z";
}

std::string rfc3339_fixed(Moment moment) {
  const Parts parts = parts_of(moment);
  return fmt::format("{}.{:09}Z", date_and_time(in_utc(parts.whole), 'T'), parts.rest);
}

std::optional<Moment> parse_rfc3339(std::string_view text) {
  return read_time(text, /*shortened=*/false);
}

std::chrono::minutes utc_offset(Moment moment) {
  const std::time_t whole = parts_of(moment).whole;
  std::tm broken{};
  ::tzset();  // localtime_r need not
  ::localtime_r(&whole, &broken);
  return std::chrono::minutes(broken.tm_gmtoff / 60);
}

std::string local_time(Moment moment) {
  if (moment == Moment{}) return "0001-01-01 00:00:00 +0000 UTC";
  const std::time_t whole = parts_of(moment).whole;
  std::tm broken{};
  ::localtime_r(&whole, &broken);
  const long minutes = broken.tm_gmtoff / 60;
  return fmt::format("{} {}{:02}{:02} {}",
                     date_and_time(broken, ' '),
                     minutes < 0 ? '-' : '+',
                     std::labs(minutes) / 60,
                     std::labs(minutes) % 60,
                     broken.tm_zone);
}

std::optional<Moment> parse_moment(std::string_view text, Moment now) {
  if (const auto time = read_time(text, /*shortened=*/true)) return time;
  if (const auto time = read_seconds(text)) return time;
  if (const auto span = parse_duration(text)) return now - *span;
  return std::nullopt;
}

std::optional<nanoseconds> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return nanoseconds(0);
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const auto number_end = std::min(text.find_first_not_of("0123456789."), text.size());
    auto number = text.substr(0, number_end);
    text.remove_prefix(number_end);
    const auto unit_end = std::min(text.find_first_of("0123456789."), text.size());
    const auto unit = unit_of(text.substr(0, unit_end));
    text.remove_prefix(unit_end);
    if (number.ends_with('.')) number.remove_suffix(1);
    const std::string padded =
        number.starts_with('.') ? "0" + std::string(number) : std::string(number);
    const auto value = parse_number<double>(padded);
    if (!value || !unit) return std::nullopt;
    total += *value * *unit;
  }
  if (total >= 9.2e18) return std::nullopt;
  const auto count = static_cast<std::int64_t>(std::llround(total));
  return nanoseconds(negative ? -count : count);
}

std::string duration_text(nanoseconds span) {
  const std::int64_t count = span.count();
  if (count == 0) return "0s";
  const std::string sign = count < 0 ? "-" : "";
  const auto size = static_cast<std::uint64_t>(count < 0 ? -count : count);
  const auto decimal = [](std::uint64_t whole, std::uint64_t rest, int digits) {
    if (rest == 0) return std::to_string(whole);
    std::string text = fmt::format("{}.{:0{}}", whole, rest, digits);
    text.erase(text.find_last_not_of('0') + 1);
    return text;
  };
  if (size < 1'000) return fmt::format("{}{}ns", sign, size);
  if (size < 1'000'000) return sign + decimal(size / 1'000, size % 1'000, 3) + "\xC2\xB5s";
  if (size < 1'000'000'000) return sign + decimal(size / 1'000'000, size % 1'000'000, 6) + "ms";
  const std::uint64_t whole = size / kBillion;
  std::string text = sign;
  if (whole >= 3600) text += fmt::format("{}h", whole / 3600);
  if (whole >= 60) text += fmt::format("{}m", whole / 60 % 60);
  return text + decimal(whole % 60, size % kBillion, 9) + "s";
}

std::string human_duration(nanoseconds span) {
  const double elapsed = static_cast<double>(span.count()) / 1e9;
  const auto whole = static_cast<std::int64_t>(elapsed);
  const auto minutes = static_cast<std::int64_t>(elapsed / 60);
  const auto hours = static_cast<std::int64_t>(std::floor(elapsed / 3600 + 0.5));
  if (whole < 1) return "Less than a second";
  if (whole == 1) return "1 second";
  if (whole < 60) return fmt::format("{} seconds", whole);
  if (minutes == 1) return "About a minute";
  if (minutes < 60) return fmt::format("{} minutes", minutes);
  if (hours == 1) return "About an hour";
  if (hours < 48) return fmt::format("{} hours", hours);
  if (hours < 24 * 7 * 2) return fmt::format("{} days", hours / 24);
  if (hours < 24 * 30 * 2) return fmt::format("{} weeks", hours / 24 / 7);
  if (hours < 24 * 365 * 2) return fmt::format("{} months", hours / 24 / 30);
  return fmt::format("{} years", static_cast<std::int64_t>(elapsed / 3600) / 24 / 365);
}

}  // namespace base
