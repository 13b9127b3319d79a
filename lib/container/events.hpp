// SPDX-License-Identifier: Apache-2.0
// The event log: RUNROOT/events, one JSON object per line, appended with one write each.
#pragma once

#include <map>
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
};

/// An event of a container, with what Docker tells of each: image, name and labels, and `more`.
Event container_event(const Record& record,
                      std::string action,
                      const std::map<std::string, std::string>& more = {});

/// Never fails a command: what cannot be written is a warning.
void record_event(storage::Store& store, const Event& event);

}  // namespace container
