// SPDX-License-Identifier: Apache-2.0
// `cp`, `export`, `volume export` and `import`: trees and tars into one another.
#pragma once

#include "image/transfer_copy.hpp"

namespace image {

/// Kinds: usage for what cannot be put in another's place, corrupt for a malformed archive, io.
CopyResult copy_tree(const CopyRequest& request, CopyEnds ends);

}  // namespace image
