// SPDX-License-Identifier: Apache-2.0
#include "commands/events_podman.hpp"

#include <set>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "commands/podman_moment.hpp"
#include "container/podman_events.hpp"
#include "errors.hpp"

namespace cli {

namespace {

using base::Json;
using container::Event;
using container::event_attribute;
using container::event_labels;
using container::event_name;

std::int64_t nanoseconds(const Event& event) {
  return event.time.time_since_epoch().count();
}

/// Go's default form: "2026-01-02 03:04:05.678 +0000 UTC".
std::string time_text(const Event& event) {
  constexpr std::size_t kSeconds = 19;
  constexpr std::int64_t kBillion = 1'000'000'000;
  std::string text = base::local_time(event.time);
  std::string fraction = fmt::format(".{:09}", nanoseconds(event) % kBillion);
  while (fraction.ends_with('0')) fraction.pop_back();
  if (fraction.size() > 1) text.insert(kSeconds, fraction);
  return text;
}

bool is_named(const Event& event, const std::string& type, const std::string& value) {
  return event.type == type && (event_name(event) == value || event.id.starts_with(value) ||
                                event.id.starts_with("sha256:" + value));
}

bool fits(const Event& event, const std::string& key, const std::string& value) {
  if (key == "event" || key == "status") return event.action == (value == "die" ? "died" : value);
  if (key == "type") return event.type == value;
  if (key == "volume") return event.type == "volume" && event_name(event).starts_with(value);
  if (key != "label") return is_named(event, key, value);
  const auto [name, wanted] = base::split_pair(value, '=');
  const auto labels = event_labels(event);
  const auto found = labels.find(name);
  return found != labels.end() && (!wanted || found->second == *wanted);
}

std::string container_text(const Event& event) {
  std::string text = fmt::format(
      "(image={}, name={}", event_attribute(event, "image"), event_attribute(event, "name"));
  if (event.action == "health_status") {
    text += fmt::format(", health_status={}, health_failing_streak={}, health_log={}",
                        event_attribute(event, "healthStatus"),
                        event_attribute(event, "healthFailingStreak"),
                        event_attribute(event, "healthLog"));
  }
  for (const auto& [key, value] : event_labels(event)) text += fmt::format(", {}={}", key, value);
  return text + ")";
}

}  // namespace

std::string podman_event_line(const Event& event, bool truncates) {
  const std::string id = truncates ? base::short_id(event.id) : event.id;
  const std::string head = fmt::format("{} {} {}", time_text(event), event.type, event.action);
  if (event.type == "container" || event.type == "pod")
    return fmt::format("{} {} {}", head, id, container_text(event));
  if (event.type == "volume") return fmt::format("{} {}", head, event_name(event));
  const auto error = event_attribute(event, "error");
  return fmt::format("{} {} {}{}", head, id, event_name(event), error.empty() ? "" : " " + error);
}

Json podman_event_json(const Event& event) {
  constexpr std::int64_t kBillion = 1'000'000'000;
  return container::podman_event_json(
      event, {{"time", nanoseconds(event) / kBillion}, {"timeNano", nanoseconds(event)}});
}

Json podman_event_fields(const Event& event) {
  constexpr std::int64_t kBillion = 1'000'000'000;
  // Go prints a pointer that leads nowhere so.
  constexpr const char* kNil = "<nil>";
  Json json = {{"ID", event.type == "volume" ? "" : event.id},
               {"Image", event_attribute(event, "image")},
               {"Name", event_name(event)},
               {"Status", event.action},
               {"Type", event.type},
               {"Attributes", event_labels(event)}};
  const bool died = event.action == "died";
  json["ContainerExitCode"] =
      died ? Json(base::parse_number<int>(event_attribute(event, "exitCode")).value_or(0))
           : Json(kNil);
  json["OOMKilled"] = died && event.marks.contains("oom") ? Json(true) : Json(kNil);
  json["HealthStatus"] = event_attribute(event, "healthStatus");
  json["HealthFailingStreak"] =
      base::parse_number<int>(event_attribute(event, "healthFailingStreak")).value_or(0);
  json["HealthLog"] = event_attribute(event, "healthLog");
  for (const char* key : {"Network", "PodID"}) json[key] = "";
  json["Error"] = event_attribute(event, "error");
  json["ContainerInspectData"] = event.inspected;
  json["Details"] = Json::object();
  json["Time"] = nanoseconds(event) / kBillion;
  json["TimeNano"] = nanoseconds(event);
  return json;
}

void use_podman_event_words(container::EventRequest& request) {
  static const std::set<std::string> kKnown = {
      "artifact", "container", "event", "image", "label", "pod", "type", "volume", "status"};
  for (const auto& [key, unused] : request.filters) {
    if (!kKnown.contains(key))
      client_fail("failed to parse event filters: {} is an invalid filter", key);
  }
  request.words = container::podman_events;
  request.fits = fits;
}

std::optional<base::Moment> podman_event_moment(const std::string& name, const std::string& text) {
  const auto moment = podman_moment(text, name == "since" ? Counted::back : Counted::forward);
  if (moment || text.empty()) return moment;
  client_fail(
      "failed to parse event filters: unable to convert {} time of {}: unable to interpret time "
      "value",
      name,
      text);
}

void check_podman_event_backend() {
  if (!container::records_events()) client_fail("cannot read events with the \"none\" backend");
}

}  // namespace cli
