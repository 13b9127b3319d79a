// SPDX-License-Identifier: Apache-2.0
// Removing what nobody uses any more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "container/listing.hpp"

namespace container {

struct Pruned {
  std::vector<std::string> removed;  ///< ids or names
  std::int64_t bytes = 0;
};

/// Removes containers that do not run. Filters: label, label!, until.
Pruned prune_containers(Engine& engine, const Filters& filters);

/// Names of the volumes that prune_volumes would remove.
std::vector<std::string> prunable_volumes(Engine& engine, bool all, const Filters& filters);

/// Removes volumes that no container uses: anonymous ones, with `all` named ones, too. Filters: label, label!, all.
Pruned prune_volumes(Engine& engine, bool all, const Filters& filters);

}  // namespace container
