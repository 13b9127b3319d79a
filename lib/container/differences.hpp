// SPDX-License-Identifier: Apache-2.0
// What differs between two whole file systems: `diff` of two images or containers, which need not stand on each other, and of a
// container that has a copy of its image.
#pragma once

#include <optional>

#include "base/id_mapping.hpp"
#include "container/changes.hpp"
#include "storage/merged_tree.hpp"

namespace container {

struct Comparing {
  /// Of the container's ids onto ours: the owners on the first side are told as in the image, those on the second as here.
  std::optional<base::IdMapping> mapping;
  /// The second one is a container's copy of the first: times are the same to the nanosecond, capabilities count, and what the
  /// runtime has made is told as placeholders.
  bool is_container = false;
};

/// What led from the tree `before` to `after`. Files are compared by kind, owner, mode, size, time and where links lead, as
/// Docker does, and not by content.
Changes find_differences(const storage::MergedTree& before,
                         const storage::MergedTree& after,
                         const Comparing& how = {});

/// Of two containers or images, by name or id. Kind not_found.
Changes changes_between(Engine& engine, const std::string& before, const std::string& after);

}  // namespace container
