// SPDX-License-Identifier: Apache-2.0
// `import`: a tar of a root file system becomes an image of one layer.
#pragma once

#include "image/transfer.hpp"
#include "storage/store.hpp"

namespace image {

/// Reads request.path (a file or a URL), or `in`. Kind usage for changes that are none.
ImportResult import_archive(storage::Store& store, const ImportRequest& request, int in);

}  // namespace image
