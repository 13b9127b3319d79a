// SPDX-License-Identifier: Apache-2.0
// `commit`: a container's own files as a layer, and an image with that on top.
#pragma once

#include "image/transfer.hpp"
#include "image/transfer_commit.hpp"
#include "storage/store.hpp"

namespace image {

/// `root` and `delta` are as transfer_commit.hpp says.
ImportResult commit_image(storage::Store& store, const CommitRequest& request, int root, int delta);

}  // namespace image
