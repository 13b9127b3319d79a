// SPDX-License-Identifier: Apache-2.0
// Events in Podman's dialect: other actions, fields and filters than Docker's.
#pragma once

#include <optional>
#include <string>

#include "base/json_fields.hpp"
#include "container/event_log.hpp"

namespace cli {

/// "TIME container died ID (image=…, name=…)"
std::string podman_event_line(const container::Event& event, bool truncates);

/// As --format json has it, and as templates see it.
base::Json podman_event_json(const container::Event& event);
base::Json podman_event_fields(const container::Event& event);

/// Podman's actions and what its filters mean. Throws ClientError for a filter that it does not know.
void use_podman_event_words(container::EventRequest& request);

/// Of --since or --until.
std::optional<base::Moment> podman_event_moment(const std::string& name, const std::string& text);

/// Throws ClientError when the user chose a backend that keeps none.
void check_podman_event_backend();

}  // namespace cli
