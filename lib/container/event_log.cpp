// SPDX-License-Identifier: Apache-2.0
#include "container/event_log.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/inotify.h>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/inotify.hpp"
#include "base/interrupt.hpp"
#include "base/json_fields.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/event_file.hpp"
#include "container/event_sieve.hpp"
#include "container/log_reader.hpp"
#include "container/podman_events.hpp"

namespace container {

namespace {

using base::Json;

/// Nothing for a line that is none of ours (a torn one of a full disk).
std::optional<Event> parse_event(std::string_view line) {
  const auto json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  Event event;
  event.type = json.value("type", "");
  event.action = json.value("action", "");
  event.id = json.value("id", "");
  event.time = base::Moment(std::chrono::nanoseconds(json.value("time", std::int64_t{0})));
  if (const auto found = json.find("attributes"); found != json.end() && found->is_object()) {
    for (const auto& [key, value] : found->items()) {
      if (value.is_string()) event.attributes[key] = value.get<std::string>();
    }
  }
  if (const auto found = json.find("marks"); found != json.end() && found->is_array()) {
    for (const auto& mark : *found) {
      if (mark.is_string()) event.marks.insert(mark.get<std::string>());
    }
  }
  event.inspected = json.value("inspected", "");
  return event;
}

std::string attribute(const Event& event, const std::string& key) {
  const auto found = event.attributes.find(key);
  return found == event.attributes.end() ? "" : found->second;
}

bool names(const Event& event, const std::string& text) {
  return event.id == text || attribute(event, "name") == text ||
         (base::is_hex(text) && event.id.starts_with(text));
}

bool has_label(const Event& event, const std::string& wanted) {
  const auto [key, value] = base::split_pair(wanted, '=');
  const auto found = event.attributes.find(key);
  return found != event.attributes.end() && (!value || found->second == *value);
}

bool is_of_image(const Event& event, const std::string& text) {
  const auto same = [&](const std::string& name) {
    return name == text || name.substr(0, name.rfind(':')) == text;
  };
  if (event.type == "image") return same(event.id) || same(attribute(event, "name"));
  return same(attribute(event, "image"));
}

bool fits(const Event& event, const std::string& key, const std::string& value) {
  // "exec_start: sh -c …" is an exec_start.
  if (key == "event")
    return event.action == value || event.action.starts_with(value + ":") ||
           (value == "health_status" && event.action.starts_with(value));
  if (key == "type") return event.type == value;
  if (key == "label") return has_label(event, value);
  if (key == "image") return is_of_image(event, value);
  if (key == "container" || key == "volume" || key == "network")
    return event.type == key && names(event, value);
  return true;
}

/// All values for labels (Podman: any one), any one for the rest.
bool fits_all(const Event& event, const EventRequest& request) {
  return std::all_of(request.filters.begin(), request.filters.end(), [&](const auto& filter) {
    const auto& [key, values] = filter;
    const auto test = [&, &wanted = key](const std::string& value) {
      return request.fits ? request.fits(event, wanted, value) : fits(event, wanted, value);
    };
    return key == "label" && !request.fits ? std::all_of(values.begin(), values.end(), test)
                                           : std::any_of(values.begin(), values.end(), test);
  });
}

class EventReader {
 public:
  EventReader(const EventRequest& request, const std::function<void(const Event&)>& sink)
      : request_(request), sieve_(request), sink_(sink) {}

  void print_rest(LogFileReader& file) {
    while (const auto line = file.next_line()) {
      base::check_interrupt();
      if (!sieve_.may_fit(*line)) continue;
      if (const auto event = parse_event(*line)) tell(*event);
    }
  }

  /// What a rotation since the beginning has kept was told before.
  void print_rest_of_podman(LogFileReader& file) {
    while (const auto line = file.next_line()) {
      const auto event = parse_podman_event(*line);
      if (!event) continue;
      if (begins_rotation(*event) && event->time > begun_) is_kept_ = true;
      const bool is_new = event->time > newest_;
      if (ends_rotation(*event) && is_new) is_kept_ = false;
      if (!is_kept_ || (is_new && !begins_rotation(*event))) tell_one(*event);
      newest_ = std::max(newest_, event->time);
      base::check_interrupt();
    }
  }

 private:
  void tell(const Event& event) const {
    if (!request_.words && event.marks.contains("podman")) return;
    const auto told = request_.words ? request_.words(event) : std::vector<Event>{event};
    for (const auto& one : told) tell_one(one);
  }

  void tell_one(const Event& event) const {
    if (request_.since && event.time < *request_.since) return;
    if (request_.until && event.time > *request_.until) return;
    if (fits_all(event, request_)) sink_(event);
  }

  const EventRequest& request_;
  const EventSieve sieve_;
  const std::function<void(const Event&)>& sink_;
  base::Moment begun_ = base::now(), newest_{};
  bool is_kept_ = false;  ///< what is read stood in the file before a rotation
};

/// Waits for news; false when `until` has come.
bool wait_for_news(base::Inotify& inotify, const std::optional<base::Moment>& until) {
  std::optional<timespec> left;
  if (until) {
    const auto span = std::max(*until - base::now(), std::chrono::nanoseconds(0)).count();
    left = timespec{span / 1'000'000'000, span % 1'000'000'000};
  }
  pollfd polled{inotify.get(), POLLIN, 0};
  const int n = ::ppoll(&polled, 1, left ? &*left : nullptr, nullptr);
  if (n < 0 && errno != EINTR) base::sys_fail("wait for events");
  base::check_interrupt();
  inotify.drain();
  return n != 0;
}

constexpr std::uint32_t kChanges = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;

bool is_replaced(const LogFileReader& reader, const std::string& path) {
  const auto st = base::find_stat(path);
  return st && st->st_ino != base::stat_of(reader.fd(), path).st_ino;
}

/// A file that is replaced when it has become too large. Somebody may still write into the one before.
void follow_file(const std::string& path,
                 const EventRequest& request,
                 const std::function<void(LogFileReader&)>& print) {
  base::Inotify inotify;
  inotify.watch(path, kChanges);
  std::optional<LogFileReader> before, reader(base::open_file(path, O_RDONLY));
  if (request.follow && !request.since) ::lseek(reader->fd(), 0, SEEK_END);
  do {
    if (before) print(*before);
    print(*reader);
    while (request.follow && is_replaced(*reader, path)) {
      print(*reader);
      inotify.watch(path, kChanges);
      before = std::move(reader);
      reader.emplace(base::open_file(path, O_RDONLY));
      print(*reader);
    }
  } while (request.follow && wait_for_news(inotify, request.until));
}

}  // namespace

void read_events(Engine& engine,
                 const EventRequest& request,
                 const std::function<void(const Event&)>& sink) {
  EventReader events(request, sink);
  if (const auto& file = event_file(); file && request.words) {
    base::open_file(file->path, O_RDONLY | O_CREAT, 0700);
    return follow_file(
        file->path, request, [&](LogFileReader& reader) { events.print_rest_of_podman(reader); });
  }
  const std::string path = engine.store.paths().events();
  // Made when it is missing: what does not exist cannot be watched.
  const auto now = base::open_file(path, O_RDONLY | O_CREAT, 0600);
  const auto earlier = base::find_file(path + kEarlierEvents, O_RDONLY);
  const bool is_other = earlier && base::stat_of(earlier->get(), path).st_ino !=
                                       base::stat_of(now.get(), path).st_ino;
  if (is_other && (request.since || !request.follow)) {
    LogFileReader reader(base::open_file(path + kEarlierEvents, O_RDONLY));
    events.print_rest(reader);
  }
  follow_file(path, request, [&](LogFileReader& reader) { events.print_rest(reader); });
}

}  // namespace container
