// SPDX-License-Identifier: Apache-2.0
// Changing limits and the restart policy of a container that exists.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

struct UpdateOptions {
  Resources resources;  ///< what is set replaces
  std::optional<RestartPolicy> restart;
  /// Of anything else that a later start, or the next health check, goes by.
  std::vector<std::function<void(CreateOptions&)>> changes;
};

/// What is set in `changed` replaces what `own` says.
void merge(Resources& own, const Resources& changed);

/// Changes the container, and at once what runs of it. Kind usage, in Docker's words, for what it may not have.
void update(Engine& engine, const std::string& name, const UpdateOptions& changes);

}  // namespace container
