// SPDX-License-Identifier: Apache-2.0
// Changing limits and the restart policy of a container that exists.
#pragma once

#include <optional>
#include <string>

#include "container/engine.hpp"

namespace container {

struct UpdateOptions {
  Resources resources;  ///< what is set replaces
  std::optional<RestartPolicy> restart;
};

/// Changes the container, and at once what runs of it. Kind usage, in Docker's words, for what it may not have.
void update(Engine& engine, const std::string& name, const UpdateOptions& changes);

}  // namespace container
