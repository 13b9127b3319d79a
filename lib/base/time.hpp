// SPDX-License-Identifier: Apache-2.0
// Moments, spans and their texts. Clocks are arguments where a test must choose the time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// A moment: nanoseconds since 1970, UTC. Zero stands for "never", which prints as Go's zero time.
using Moment = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

Moment now();

/// "2026-01-02T03:04:05.123456789Z"; trailing zeros of the fraction are dropped, as Go's RFC3339Nano does;
/// never is "0001-01-01T00:00:00Z".
std::string rfc3339(Moment moment);

/// Like rfc3339, but with all nine digits of the fraction, as in log files.
std::string rfc3339_fixed(Moment moment);

/// Reads RFC 3339 with or without a fraction, any offset; nothing when it is no such time.
std::optional<Moment> parse_rfc3339(std::string_view text);

/// "2026-01-02 03:04:05 +0000 UTC" (Go's default form, in the local zone).
std::string local_time(Moment moment);

/// How far the local zone is ahead of UTC at that moment.
std::chrono::minutes utc_offset(Moment moment);

/// What --since and --until take: RFC 3339 and its shortened forms (2026-01-02, 2026-01-02T15:04), seconds since
/// 1970 with a fraction, or a Go duration counted back from `now`. Nothing when it is none of these.
std::optional<Moment> parse_moment(std::string_view text, Moment now);

/// A Go duration: "1h30m", "500ms", "-1.5s". Nothing when it is none.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// Go's way to print a duration: "1h0m0s", "1.5s", "30ms", "0s".
std::string duration_text(std::chrono::nanoseconds span);

/// "3 minutes", "About an hour", "Less than a second": docker's words (go-units HumanDuration).
std::string human_duration(std::chrono::nanoseconds span);

}  // namespace base
