// SPDX-License-Identifier: Apache-2.0
#include "container/podman_events.hpp"

#include "base/json_struct.hpp"
#include "base/text.hpp"

namespace container {

namespace {

using base::Json;

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
                                "error",
                                "healthStatus",
                                "healthFailingStreak",
                                "healthLog"};

Event renamed(const Event& event, const char* action) {
  Event copy = event;
  copy.action = action;
  return copy;
}

std::vector<Event> told(const Event& event) {
  if (event.marks.contains("detail")) return {};
  if (event.action.starts_with("exec_start")) return {renamed(event, "exec")};
  if (event.action.starts_with("health_status")) return {renamed(event, "health_status")};
  if (event.action.starts_with("exec_create")) return {};
  if (event.action == "exec_die") return {renamed(event, "exec_died")};
  if (event.type == "container" && event.action == "start") {
    std::vector<Event> events;
    if (!event.marks.contains("initialized")) events.push_back(renamed(event, "init"));
    events.push_back(event);
    if (event.marks.contains("attached")) events.push_back(renamed(event, "attach"));
    return events;
  }
  if (event.action == "die") return {renamed(event, "died"), renamed(event, "cleanup")};
  if (event.action == "destroy" || (event.type == "image" && event.action == "delete"))
    return {renamed(event, "remove")};
  return {event};
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::string event_attribute(const Event& event, const std::string& key) {
  const auto found = event.attributes.find(key);
  return found == event.attributes.end() ? "" : found->second;
}

std::map<std::string, std::string> event_labels(const Event& event) {
  auto labels = event.attributes;
  for (const char* own : kOwn) labels.erase(own);
  return labels;
}

std::string event_name(const Event& event) {
  const auto name = event_attribute(event, "name");
  return name.empty() && event.type != "container" ? event.id : name;
}

std::vector<Event> podman_events(const Event& event) {
  auto events = told(event);
  constexpr std::string_view kAlgorithm = "sha256:";
  for (auto& one : events) {
    if (one.type == "image" && one.id.starts_with(kAlgorithm)) one.id.erase(0, kAlgorithm.size());
  }
  return events;
}

Json podman_event_json(const Event& event, const Json& times) {
  Json json = times;
  json["Status"] = event.action;
  json["Type"] = event.type;
  if (event.action == "died") {
    json["ContainerExitCode"] =
        base::parse_number<int>(event_attribute(event, "exitCode")).value_or(0);
    if (event.marks.contains("oom")) json["OOMKilled"] = true;
  }
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  add("ID", event.type == "volume" ? "" : event.id);
  add("Image", event_attribute(event, "image"));
  add("Name", event_name(event));
  if (event.action == "health_status") add("health_status", event_attribute(event, "healthStatus"));
  add("Error", event_attribute(event, "error"));
  const auto labels = event_labels(event);
  json["Attributes"] = labels.empty() && event.type != "container" ? Json(nullptr) : Json(labels);
  base::make_struct(json,
                    {"ContainerExitCode",
                     "OOMKilled",
                     "ID",
                     "Image",
                     "Name",
                     "Status",
                     "Time",
                     "time",
                     "timeNano",
                     "Type",
                     "health_status",
                     "Error",
                     "ContainerInspectData",
                     "Attributes"});
  return json;
}

std::optional<Event> parse_podman_event(std::string_view line) {
  const auto json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto time = base::parse_rfc3339(text_of(json, "Time"));
  if (!time) return std::nullopt;
  Event event{text_of(json, "Type"), text_of(json, "Status"), text_of(json, "ID"), {}, *time};
  if (const auto labels = json.find("Attributes"); labels != json.end() && labels->is_object()) {
    for (const auto& [key, value] : labels->items())
      if (value.is_string()) event.attributes[key] = value.get<std::string>();
  }
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) event.attributes[key] = value;
  };
  add("name", text_of(json, "Name"));
  add("image", text_of(json, "Image"));
  add("healthStatus", text_of(json, "health_status"));
  add("error", text_of(json, "Error"));
  event.inspected = text_of(json, "ContainerInspectData");
  if (const auto code = json.find("ContainerExitCode"); code != json.end() && code->is_number())
    add("exitCode", std::to_string(code->get<int>()));
  if (const auto oom = json.find("OOMKilled"); oom != json.end() && *oom == true)
    event.marks.insert("oom");
  return event;
}

}  // namespace container
