// SPDX-License-Identifier: Apache-2.0
// The event log: RUNROOT/events, one JSON object per line, appended with one write each. When it has become too large, it goes
// on in a new file, and the one before is kept.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "container/record.hpp"
#include "container/streams.hpp"
#include "storage/store.hpp"

namespace container {

/// After the log's name: what it was before.
inline constexpr const char* kEarlierEvents = ".1";

/// Docker's words: type "container", "image", "volume", "network"; action "create", "start", "die" …
struct Event {
  std::string type, action, id;
  std::map<std::string, std::string> attributes;
  base::Moment time = base::now();
  /// What only one of the two dialects tells: "detail" (Docker: this event), "attached" (Podman: a client was attached from
  /// the start on), "oom" (Podman: it ended because memory ran out), "podman" (Podman: this event), "initialized" (Podman: of a start, that
  /// there was an init of its own before).
  std::set<std::string> marks = {};
  std::string inspected = {};  ///< JSON of a new container, when containers.conf asks for it
};

/// An event of a container, with what Docker tells of each: image, name and labels, and `more`.
Event container_event(const Record& record,
                      std::string action,
                      const std::map<std::string, std::string>& more = {});

/// "create" or "destroy" of a volume.
Event volume_event(const std::string& name, std::string action);

/// From here on this command tells nothing.
void record_no_events();
bool records_events();

/// From here on the event of a new container holds what inspect says of it.
void record_inspected();
bool records_inspected();

/// Never fails a command: what cannot be written is a warning.
void record_event(storage::Store& store, const Event& event);

/// Several at once, in their order.
void record_events(storage::Store& store, const std::vector<Event>& events);

/// Of a start: with a client that is there from the beginning, Docker tells of it before, Podman after the start.
void record_start(storage::Store& store,
                  const Record& record,
                  const Streams& attached,
                  const std::set<std::string>& marks);

}  // namespace container
