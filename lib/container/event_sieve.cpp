// SPDX-License-Identifier: Apache-2.0
#include "container/event_sieve.hpp"

#include <algorithm>
#include <charconv>

#include "base/json_fields.hpp"
#include "base/text.hpp"

namespace container {

namespace {

/// As a text stands in a line, without its quotes.
std::string escaped(const std::string& text) {
  const auto quoted = base::Json(text).dump(-1, ' ', false, base::Json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

/// The moment of a line. Fields are sorted by name, and quotes within values are escaped: the last "time" is the event's own.
std::optional<base::Moment> time_of(std::string_view line) {
  constexpr std::string_view kField = "\"time\":";
  const auto found = line.rfind(kField);
  if (found == std::string_view::npos) return std::nullopt;
  std::int64_t nanoseconds = 0;
  const char* begin = line.data() + found + kField.size();
  const auto result = std::from_chars(begin, line.data() + line.size(), nanoseconds);
  if (result.ec != std::errc()) return std::nullopt;
  return base::Moment(std::chrono::nanoseconds(nanoseconds));
}

}  // namespace

EventSieve::EventSieve(const EventRequest& request) : since_(request.since), until_(request.until) {
  for (const auto& [key, values] : request.filters)
    add_filter(key, values, static_cast<bool>(request.words));
}

void EventSieve::add_filter(const std::string& key,
                            const std::vector<std::string>& values,
                            bool is_reworded) {
  std::vector<std::string> texts;
  for (const auto& value : values) {
    if (key == "container" || key == "image") {
      texts.push_back(escaped(value));
    } else if (key == "label") {
      texts.push_back(escaped(base::split_pair(value, '=').first));
    } else if (!is_reworded && (key == "type" || key == "event")) {
      texts.push_back('"' + escaped(value));  // an action may go on: "exec_start: sh"
    } else {
      return;
    }
  }
  if (!texts.empty()) needed_.push_back(std::move(texts));
}

bool EventSieve::may_fit(std::string_view line) const {
  const bool holds_each = std::all_of(needed_.begin(), needed_.end(), [&](const auto& texts) {
    return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return line.find(text) != std::string_view::npos;
    });
  });
  if (!holds_each) return false;
  const auto time = since_ || until_ ? time_of(line) : std::nullopt;
  if (!time) return true;
  return (!since_ || *time >= *since_) && (!until_ || *time <= *until_);
}

}  // namespace container
