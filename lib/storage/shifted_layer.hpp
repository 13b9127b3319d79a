// SPDX-License-Identifier: Apache-2.0
// A copy of a layer whose files belong to the ids that a container's own user namespace maps theirs
// to. Only for users without root: the kernel refuses them idmapped mounts. Made once for each
// mapping, beside the layer, and removed with it.
#pragma once

#include <string>

#include "base/id_mapping.hpp"
#include "storage/layer_store.hpp"

namespace storage {

/// The diff directory to use in the place of layer.diff(). Takes a while when it is not there yet.
std::string shifted_diff(Store& store, const Layer& layer, const base::IdMapping& mapping);

}  // namespace storage
