// SPDX-License-Identifier: Apache-2.0
// Tells most lines of the event log that nobody asks for by their bytes: parsing each costs twenty times as much.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "container/event_log.hpp"

namespace container {

class EventSieve {
 public:
  explicit EventSieve(const EventRequest& request);

  /// False only when no event of this line can be one that was asked for. `line` as record_event writes it.
  bool may_fit(std::string_view line) const;

 private:
  void add_filter(const std::string& key, const std::vector<std::string>& values, bool is_reworded);

  std::optional<base::Moment> since_, until_;
  std::vector<std::vector<std::string>> needed_;  ///< of each list, the line holds at least one
};

}  // namespace container
