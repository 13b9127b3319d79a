// SPDX-License-Identifier: Apache-2.0
// `load`: images of an archive into the store.
#pragma once

#include "image/transfer.hpp"
#include "storage/store.hpp"

namespace image {

/// Loads every image of the archive at request.path, or of the stream `in`. All of an image or
/// nothing of it becomes visible. Kind corrupt for damaged archives, usage for "unrecognized image
/// format".
LoadResult load_archive(storage::Store& store, const LoadRequest& request, int in);

}  // namespace image
