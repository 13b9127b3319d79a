// SPDX-License-Identifier: Apache-2.0
// What Podman says of containers where Docker says it otherwise.
#pragma once

#include <string>

#include "container/podman_filters.hpp"
#include "container/stop.hpp"
#include "session.hpp"

namespace cli {

/// For what is to have a terminal as its stdin: docker refuses any other, podman warns.
void check_terminal(const Session& session);

/// Podman warns where a stop signal was not enough.
void warn_if_killed(const std::string& name, const container::Stopped& stopped);

}  // namespace cli
