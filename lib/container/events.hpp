// SPDX-License-Identifier: Apache-2.0
// The event log: RUNROOT/events, one JSON object per line, appended with one write each.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/time.hpp"
#include "container/record.hpp"
#include "storage/store.hpp"

namespace container {

/// Docker's words: type "container", "image", "volume", "network"; action "create", "start", "die" …
struct Event {
  std::string type, action, id;
  std::map<std::string, std::string> attributes;
  base::Moment time = base::now();
  /// What only one of the two dialects tells: "detail" (Docker: this event), "attached" (Podman: a client was attached from
  /// the start on), "oom" (Podman: it ended because memory ran out).
  std::set<std::string> marks = {};
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

/// Never fails a command: what cannot be written is a warning.
void record_event(storage::Store& store, const Event& event);

}  // namespace container
