// SPDX-License-Identifier: Apache-2.0
// A copy of layers as one tree: what the driver vfs has in the place of an overlay.
#pragma once

#include <optional>
#include <string>

#include "base/id_mapping.hpp"
#include "storage/merged_tree.hpp"

namespace storage {

/// Copies a tree into the empty directory `to`, which becomes as the tree's root: owners, modes, times, attributes, hard links
/// and holes are kept. With a mapping, owners are those that the container's ids stand for outside. Devices are left out
/// where they may not be made, as when layers are unpacked. Kind denied for owners that this user namespace lacks.
void copy_merged(const MergedTree& tree,
                 const std::string& to,
                 const std::optional<base::IdMapping>& mapping);

}  // namespace storage
