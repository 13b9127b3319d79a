// SPDX-License-Identifier: Apache-2.0
// The file that containers.conf names as events_logfile_path: what happens is written there, too, in Podman's words and format,
// for those who read it. A file that has reached its size loses its older half; two events of type "system" stand around what
// was kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "container/events.hpp"

namespace container {

struct EventFile {
  std::string path;
  std::int64_t max_size = 0;  ///< bytes; 0: never too large
};

/// From here on this command writes and reads it.
void use_event_file(EventFile file);
const std::optional<EventFile>& event_file();

/// Podman's events for these, appended under the file's lock.
void append_events(const EventFile& file, const std::vector<Event>& events);

/// Whether the event begins or ends what was kept of a file that had become too large.
bool begins_rotation(const Event& event);
bool ends_rotation(const Event& event);

}  // namespace container
