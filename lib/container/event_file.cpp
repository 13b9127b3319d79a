// SPDX-License-Identifier: Apache-2.0
#include "container/event_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/json_struct.hpp"
#include "base/lock.hpp"
#include "base/sys.hpp"
#include "container/podman_events.hpp"

namespace container {

namespace {

using base::Json;

constexpr const char* kRotation = "io.podman.event.rotate";

/// Never destroyed: a command may still tell something while it ends.
std::optional<EventFile>& chosen() {
  static auto* file = new std::optional<EventFile>();
  return *file;
}

/// On one line, the fields in Podman's order.
std::string line_of(const Event& event) {
  Json json = podman_event_json(event, {{"Time", base::rfc3339(event.time)}});
  if (!event.inspected.empty()) json["ContainerInspectData"] = event.inspected;
  std::string text;
  for (const std::string name : *base::find_struct_order(json)) {
    if (!json.contains(name)) continue;
    text += text.empty() ? "{" : ",";
    text += "\"" + name + "\":";
    text += json[name].dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return text + "}\n";
}

std::string rotation_line(const EventFile& file, const char* what, base::Moment time) {
  return line_of({"system", "log-rotation", "", {{"name", file.path}, {kRotation, what}}, time});
}

/// Leaves the younger half, from the beginning of a line on. A reader tells by their times what he has seen: those of the two
/// events around it are before that of `next`.
void rotate(const EventFile& file, std::string text, base::Moment next) {
  text.erase(0, text.size() / 2);
  const auto end = text.find('\n');
  text.erase(0, end == std::string::npos ? text.size() : end + 1);
  const auto moment = [&](int before) { return next - std::chrono::nanoseconds(before); };
  base::replace_file(
      file.path,
      rotation_line(file, "begin", moment(2)) + text + rotation_line(file, "end", moment(1)),
      0700);
}

bool is_rotation(const Event& event, const char* what) {
  return event.type == "system" && event.action == "log-rotation" &&
         event_attribute(event, kRotation) == what;
}

}  // namespace

void use_event_file(EventFile file) {
  chosen() = std::move(file);
}

const std::optional<EventFile>& event_file() {
  return chosen();
}

void append_events(const EventFile& file, const std::vector<Event>& events) {
  const base::FileLock lock(file.path + ".lock");
  for (const auto& event : events) {
    for (const auto& told : podman_events(event)) {
      const std::string line = line_of(told);
      const auto st = base::find_stat(file.path);
      if (file.max_size > 0 && st &&
          st->st_size + static_cast<std::int64_t>(line.size()) > file.max_size)
        rotate(file, base::read_file(file.path), told.time);
      const auto fd = base::open_file(file.path, O_WRONLY | O_APPEND | O_CREAT, 0700);
      base::write_full(fd.get(), line);
    }
  }
}

bool begins_rotation(const Event& event) {
  return is_rotation(event, "begin");
}

bool ends_rotation(const Event& event) {
  return is_rotation(event, "end");
}

}  // namespace container
