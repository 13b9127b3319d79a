// SPDX-License-Identifier: Apache-2.0
// Reading what record_event has written, and following it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "container/events.hpp"
#include "container/listing.hpp"

namespace container {

/// The events that a dialect tells in the place of a recorded one.
using EventWords = std::function<std::vector<Event>(const Event&)>;

struct EventRequest {
  std::optional<base::Moment> since, until;
  /// Keys container, image, volume, network, type, event, label: one key's values are "or", labels and different keys
  /// "and". A key that is not known is passed over, as Docker does.
  Filters filters;
  bool follow = false;  ///< wait for more, until `until`
  /// Set: what it gives is filtered and told, by `fits`; else what was recorded, by Docker's meanings.
  EventWords words = {};
  /// Does an event fit one value of a key?
  std::function<bool(const Event&, const std::string& key, const std::string& value)> fits = {};
};

/// Gives each event asked for, in the order they happened, to `sink`. Without `since`, a follower gets only what
/// happens from now on.
void read_events(Engine& engine,
                 const EventRequest& request,
                 const std::function<void(const Event&)>& sink);

}  // namespace container
