// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace base {
namespace {

using namespace std::chrono_literals;

Moment at(std::int64_t seconds, std::int64_t nanos = 0) {
  return Moment(std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanos));
}

class Zone {
 public:
  explicit Zone(const char* name) {
    if (const char* old = std::getenv("TZ")) old_ = old;
    ::setenv("TZ", name, 1);
    ::tzset();
  }

  ~Zone() {
    if (old_.empty())
      ::unsetenv("TZ");
    else
      ::setenv("TZ", old_.c_str(), 1);
    ::tzset();
  }

 private:
  std::string old_;
};

TEST(ParseRfc3339, RefusesWhatIsNoTime) {
  for (const auto* text : {"",
                           "2026",
                           "2026-01-02",
                           "2026-01-02T15:04Z",
                           "2026-13-02T15:04:05Z",
                           "2026-02-29T00:00:00Z",
                           "2026-01-02T24:00:00Z",
                           "2026-01-02T15:04:05",
                           "2026-01-02T15:04:05.Z",
                           "2026-01-02T15:04:05Zx",
                           "2026-01-02 15:04:05Z",
                           "2026-01-02T15:04:05+0100",
                           "20260102T150405Z",
                           "9999-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(ParseRfc3339, TakesFractionsAndOffsets) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01Z"), at(1));
  EXPECT_EQ(parse_rfc3339("2026-01-02T03:04:05.123456789Z"), at(1767323045, 123456789));
  EXPECT_EQ(parse_rfc3339("2026-01-02T03:04:05.5Z"), at(1767323045, 500000000));
  EXPECT_EQ(parse_rfc3339("2026-01-02T04:34:05+01:30"), at(1767323045));
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), at(1709164800));
  EXPECT_EQ(parse_rfc3339("0001-01-01T00:00:00Z"), Moment{});
}

TEST(Rfc3339, DropsTrailingZerosAsGoDoes) {
  EXPECT_EQ(rfc3339(Moment{}), "0001-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(at(1767323045)), "2026-01-02T03:04:05Z");
  EXPECT_EQ(rfc3339(at(1767323045, 120000000)), "2026-01-02T03:04:05.12Z");
  EXPECT_EQ(rfc3339(at(-1, 1)), "1969-12-31T23:59:59.000000001Z");
}

TEST(Rfc3339Fixed, HasNineDigits) {
  EXPECT_EQ(rfc3339_fixed(at(1767323045, 120000000)), "2026-01-02T03:04:05.120000000Z");
}

TEST(LocalTime, NamesTheZone) {
  const Zone zone("CET-1");
  EXPECT_EQ(local_time(at(1767323045)), "2026-01-02 04:04:05 +0100 CET");
  const Zone utc("UTC");
  EXPECT_EQ(local_time(at(1767323045)), "2026-01-02 03:04:05 +0000 UTC");
}

TEST(ParseMoment, TakesShortenedTimesSecondsAndDurations) {
  const Zone zone("CET-1");
  const Moment now = at(1767323045);
  EXPECT_EQ(parse_moment("2026-01-02T03:04:05Z", now), now);
  EXPECT_EQ(parse_moment("2026-01-02T04:04:05", now), now);
  EXPECT_EQ(parse_moment("2026-01-02T04:04", now), at(1767323040));
  EXPECT_EQ(parse_moment("2026-01-02", now), at(1767308400));
  EXPECT_EQ(parse_moment("1767323045", now), now);
  EXPECT_EQ(parse_moment("1767323045.5", now), now + 500ms);
  EXPECT_EQ(parse_moment("10m", now), now - 10min);
  EXPECT_EQ(parse_moment("1h30m", now), now - 90min);
}

TEST(ParseMoment, RefusesWhatIsNeither) {
  for (const auto* text : {"",
                           "yesterday",
                           "2026-01",
                           "2026-01-02T",
                           "1767323045.",
                           "10 m",
                           "2026-01-02T03:04:05 Z"}) {
    EXPECT_FALSE(parse_moment(text, Moment{})) << text;
  }
}

TEST(ParseDuration, RefusesWhatIsNoDuration) {
  for (const auto* text : {"", "-", "5", "s", "1x", "1m1", "1..5s", ".s", "1e3s", "99999999999h"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(ParseDuration, AddsUpUnits) {
  EXPECT_EQ(parse_duration("0"), 0ns);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("-1.5s"), -1500ms);
  EXPECT_EQ(parse_duration(".5s"), 500ms);
  EXPECT_EQ(parse_duration("1us2ns"), 1002ns);
  EXPECT_EQ(parse_duration("3\xC2\xB5s"), 3us);
}

TEST(DurationText, IsGos) {
  EXPECT_EQ(duration_text(0ns), "0s");
  EXPECT_EQ(duration_text(30ms), "30ms");
  EXPECT_EQ(duration_text(1500ms), "1.5s");
  EXPECT_EQ(duration_text(1h), "1h0m0s");
  EXPECT_EQ(duration_text(-90s), "-1m30s");
  EXPECT_EQ(duration_text(1500ns), "1.5\xC2\xB5s");
}

TEST(HumanDuration, HasDockersWords) {
  EXPECT_EQ(human_duration(0s), "Less than a second");
  EXPECT_EQ(human_duration(1s), "1 second");
  EXPECT_EQ(human_duration(59s), "59 seconds");
  EXPECT_EQ(human_duration(60s), "About a minute");
  EXPECT_EQ(human_duration(3min), "3 minutes");
  EXPECT_EQ(human_duration(60min), "About an hour");
  EXPECT_EQ(human_duration(47h), "47 hours");
  EXPECT_EQ(human_duration(48h), "2 days");
  EXPECT_EQ(human_duration(24h * 14), "2 weeks");
  EXPECT_EQ(human_duration(24h * 60), "2 months");
  EXPECT_EQ(human_duration(24h * 365 * 2), "2 years");
}

}  // namespace
}  // namespace base
