// SPDX-License-Identifier: Apache-2.0
// Fix-up layers: where a layer's tar has no entry for a parent directory, the image takes mode and
// owner from the layers below. Layers are shared by images, so that what one of them lacks is kept
// beside it (LAYER/implicit), and an image that needs it gets a layer of its own on top.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace image {

/// Notes in a layer's directory, before it is committed, which directories its tar had no entry
/// for.
void keep_implicit_directories(const std::string& layer_directory,
                               const std::vector<std::string>& directories);

/// The layer that must lie on top of these (ids, lowest first, in the store and leased), made when
/// it is not there yet, and leased. Nothing when none is needed, which is usual.
std::optional<std::string> make_fixup(storage::Store& store,
                                      const std::vector<std::string>& layer_ids);

}  // namespace image
