// SPDX-License-Identifier: Apache-2.0
#include "container/events.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_fields.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "container/event_file.hpp"

namespace container {

namespace {

bool is_recording = true;
bool is_inspecting = false;

std::string line_of(const Event& event) {
  base::Json line{{"type", event.type},
                  {"action", event.action},
                  {"id", event.id},
                  {"time", event.time.time_since_epoch().count()}};
  if (!event.attributes.empty()) line["attributes"] = event.attributes;
  if (!event.marks.empty()) line["marks"] = event.marks;
  if (!event.inspected.empty()) line["inspected"] = event.inspected;
  return line.dump(-1, ' ', false, base::Json::error_handler_t::replace) + "\n";
}

/// Two files of this size are kept at most: some 100,000 events.
constexpr off_t kLargestLog = 16 << 20;

void rotate(storage::Store& store, const std::string& path) {
  const auto lock = store.try_lock("events");
  const auto st = base::find_stat(path);
  if (!lock || !st || st->st_size < kLargestLog) return;  // somebody else does, or did
  const std::string earlier = path + kEarlierEvents;
  base::remove_file(earlier);
  if (::link(path.c_str(), earlier.c_str()) < 0) base::sys_fail("rename {}", path);
  // The name always stands for a file: who follows it would lose sight of it.
  base::replace_file(path, "", 0600);
}

}  // namespace

void record_no_events() {
  is_recording = false;
}

bool records_events() {
  return is_recording;
}

void record_inspected() {
  is_inspecting = true;
}

bool records_inspected() {
  return is_inspecting;
}

Event container_event(const Record& record,
                      std::string action,
                      const std::map<std::string, std::string>& more) {
  Event event{"container", std::move(action), record.id, record.summary.labels};
  event.attributes["image"] = record.summary.image_name;
  event.attributes["name"] = record.name;
  for (const auto& [key, value] : more) event.attributes[key] = value;
  return event;
}

Event volume_event(const std::string& name, std::string action) {
  return {"volume", std::move(action), name, {{"driver", "local"}}};
}

void record_event(storage::Store& store, const Event& event) {
  record_events(store, {event});
}

void record_events(storage::Store& store, const std::vector<Event>& events) {
  if (!is_recording || events.empty()) return;
  std::string lines;
  for (const auto& event : events) lines += line_of(event);
  try {
    const std::string path = store.paths().events();
    const auto fd = base::open_file(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    base::write_full(fd.get(), lines);
    if (::lseek(fd.get(), 0, SEEK_CUR) >= kLargestLog) rotate(store, path);
    if (const auto& file = event_file()) append_events(*file, events);
  } catch (const base::Error& e) {
    base::warn("cannot record the event {} {}: {}, ignoring",
               events[0].type,
               events[0].action,
               e.message());
  }
}

void record_start(storage::Store& store,
                  const Record& record,
                  const Streams& attached,
                  const std::set<std::string>& marks) {
  const bool has_client = attached.in || attached.out || attached.err;
  auto start = container_event(record, "start");
  start.marks = marks;
  if (!has_client) return record_event(store, start);
  auto attach = container_event(record, "attach");
  attach.marks = {"detail"};
  attach.time = start.time;
  start.marks.insert("attached");
  record_events(store, {attach, start});
}

}  // namespace container
