// SPDX-License-Identifier: Apache-2.0
#include "commands/events_podman.hpp"

#include <set>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "commands/podman_moment.hpp"
#include "errors.hpp"

namespace cli {

namespace {

using base::Json;
using container::Event;

/// Attributes that Podman has elsewhere, or not at all.
constexpr const char* kOwn[] = {"image",
                                "name",
                                "exitCode",
                                "execDuration",
                                "signal",
                                "execID",
                                "command",
                                "oldName",
                                "driver",
                                "healthStatus",
                                "healthFailingStreak",
                                "healthLog"};

std::string attribute(const Event& event, const std::string& key) {
  const auto found = event.attributes.find(key);
  return found == event.attributes.end() ? "" : found->second;
}

/// What users gave it: labels.
std::map<std::string, std::string> labels_of(const Event& event) {
  auto labels = event.attributes;
  for (const char* own : kOwn) labels.erase(own);
  return labels;
}

std::string name_of(const Event& event) {
  const auto name = attribute(event, "name");
  return name.empty() && event.type != "container" ? event.id : name;
}

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

Event renamed(const Event& event, const char* action) {
  Event copy = event;
  copy.action = action;
  return copy;
}

/// Two events of Podman's, and three, for some of ours.
std::vector<Event> told(const Event& event) {
  if (event.marks.contains("detail")) return {};
  if (event.action.starts_with("exec_start")) return {renamed(event, "exec")};
  if (event.action.starts_with("health_status")) return {renamed(event, "health_status")};
  if (event.action.starts_with("exec_create")) return {};
  if (event.action == "exec_die") return {renamed(event, "exec_died")};
  if (event.type == "container" && event.action == "start") {
    if (!event.marks.contains("attached")) return {renamed(event, "init"), event};
    return {renamed(event, "init"), event, renamed(event, "attach")};
  }
  if (event.action == "die") return {renamed(event, "died"), renamed(event, "cleanup")};
  if (event.action == "destroy" || (event.type == "image" && event.action == "delete"))
    return {renamed(event, "remove")};
  return {event};
}

bool is_named(const Event& event, const std::string& type, const std::string& value) {
  return event.type == type && (name_of(event) == value || event.id.starts_with(value) ||
                                event.id.starts_with("sha256:" + value));
}

bool fits(const Event& event, const std::string& key, const std::string& value) {
  if (key == "event" || key == "status") return event.action == (value == "die" ? "died" : value);
  if (key == "type") return event.type == value;
  if (key == "volume") return event.type == "volume" && name_of(event).starts_with(value);
  if (key != "label") return is_named(event, key, value);
  const auto [name, wanted] = base::split_pair(value, '=');
  const auto labels = labels_of(event);
  const auto found = labels.find(name);
  return found != labels.end() && (!wanted || found->second == *wanted);
}

std::string container_text(const Event& event) {
  std::string text =
      fmt::format("(image={}, name={}", attribute(event, "image"), attribute(event, "name"));
  if (event.action == "health_status") {
    text += fmt::format(", health_status={}, health_failing_streak={}, health_log={}",
                        attribute(event, "healthStatus"),
                        attribute(event, "healthFailingStreak"),
                        attribute(event, "healthLog"));
  }
  for (const auto& [key, value] : labels_of(event)) text += fmt::format(", {}={}", key, value);
  return text + ")";
}

Json base_json(const Event& event) {
  const auto labels = labels_of(event);
  return {
      {"ID", event.type == "volume" ? "" : event.id},
      {"Image", attribute(event, "image")},
      {"Name", name_of(event)},
      {"Status", event.action},
      {"Type", event.type},
      {"Attributes", labels.empty() && event.type != "container" ? Json(nullptr) : Json(labels)}};
}

}  // namespace

std::string podman_event_line(const Event& event, bool truncates) {
  const std::string id = truncates ? base::short_id(event.id) : event.id;
  const std::string head = fmt::format("{} {} {}", time_text(event), event.type, event.action);
  if (event.type == "container" || event.type == "pod")
    return fmt::format("{} {} {}", head, id, container_text(event));
  if (event.type == "volume") return fmt::format("{} {}", head, name_of(event));
  return fmt::format("{} {} {}", head, id, name_of(event));
}

Json podman_event_json(const Event& event) {
  Json json = base_json(event);
  for (const char* key : {"ID", "Image", "Name"}) {
    if (json[key] == "") json.erase(key);
  }
  constexpr std::int64_t kBillion = 1'000'000'000;
  json["time"] = nanoseconds(event) / kBillion;
  json["timeNano"] = nanoseconds(event);
  if (event.action == "died") {
    json["ContainerExitCode"] = base::parse_number<int>(attribute(event, "exitCode")).value_or(0);
    if (event.marks.contains("oom")) json["OOMKilled"] = true;
  }
  if (event.action == "health_status") json["health_status"] = attribute(event, "healthStatus");
  return json;
}

Json podman_event_fields(const Event& event) {
  constexpr std::int64_t kBillion = 1'000'000'000;
  // Go prints a pointer that leads nowhere so.
  constexpr const char* kNil = "<nil>";
  Json json = base_json(event);
  if (json["Attributes"].is_null()) json["Attributes"] = Json::object();
  const bool died = event.action == "died";
  json["ContainerExitCode"] =
      died ? Json(base::parse_number<int>(attribute(event, "exitCode")).value_or(0)) : Json(kNil);
  json["OOMKilled"] = died && event.marks.contains("oom") ? Json(true) : Json(kNil);
  json["HealthStatus"] = attribute(event, "healthStatus");
  json["HealthFailingStreak"] =
      base::parse_number<int>(attribute(event, "healthFailingStreak")).value_or(0);
  json["HealthLog"] = attribute(event, "healthLog");
  for (const char* key : {"Network", "PodID", "Error", "ContainerInspectData"}) json[key] = "";
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
  request.words = told;
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
