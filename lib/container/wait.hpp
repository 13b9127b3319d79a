// SPDX-License-Identifier: Apache-2.0
// Waiting until a container is in a state that somebody names.
#pragma once

#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

struct Waited {
  std::string id;
  int code = -1;  ///< exit code when it was its end that was waited for
};

/// Waits until the first of `ids` meets one of `conditions`: a status ("running", "paused", "stopped", "stopping" …),
/// "healthy" or "unhealthy". Nothing is polled. Kind not_found when a container goes that was to run; kind usage for a
/// condition that there is not.
Waited wait_for(Engine& engine,
                const std::vector<std::string>& ids,
                const std::vector<std::string>& conditions);

/// Podman's conditions; kind usage "unknown container state: x: invalid argument".
void check_conditions(const std::vector<std::string>& conditions);

}  // namespace container
