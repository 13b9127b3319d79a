// SPDX-License-Identifier: Apache-2.0
// Events in Podman's words: which of its own it tells for one that was recorded, and how it writes them.
#pragma once

#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "container/events.hpp"

namespace container {

/// None, one, or up to three of Podman's for one of ours.
std::vector<Event> podman_events(const Event& event);

/// What users gave the object: its labels.
std::map<std::string, std::string> event_labels(const Event& event);

/// The object's name; what has none goes by its id.
std::string event_name(const Event& event);

/// Empty when there is no such attribute.
std::string event_attribute(const Event& event, const std::string& key);

/// One of podman_events() as Podman's tools read it: without its time, which they write in different ways, but with the place
/// for `times`, the names of the fields that hold it.
base::Json podman_event_json(const Event& event, const base::Json& times);

/// What podman_event_json has written into an event file; nothing for a line that is none.
std::optional<Event> parse_podman_event(std::string_view line);

}  // namespace container
