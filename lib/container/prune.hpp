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

/// Which volumes a pruning takes besides anonymous ones.
struct VolumeKinds {
  bool named = false;
  bool with_options =
      false;  ///< what such a volume names (a device, a share) is kept by Docker 29, removed by Podman
};

/// Names of the volumes that prune_volumes would remove.
std::vector<std::string> prunable_volumes(Engine& engine,
                                          VolumeKinds kinds,
                                          const Filters& filters);

/// Removes volumes that no container uses. Filters: label, label!, all (the same as `named`).
Pruned prune_volumes(Engine& engine, VolumeKinds kinds, const Filters& filters);

}  // namespace container
