// SPDX-License-Identifier: Apache-2.0
// Removing images that nothing uses.
#pragma once

#include "image/filter.hpp"
#include "image/remove.hpp"

namespace image {

struct PruneOptions {
  bool all = false;  ///< images with names, too, when no container is made from them
  Filter filter;     ///< labels, until and dangling (dangling=false is `all`)
};

/// Removes images without names (or all) that no container is made from, and what killed commands
/// have left.
Removed prune(ImageStore& images, const PruneOptions& options);

}  // namespace image
