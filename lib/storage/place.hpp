// SPDX-License-Identifier: Apache-2.0
// Whether a store can live in a place at all. (noexec is no obstacle: an overlay executes by its
// own mount's flags.)
#pragma once

#include <string>

namespace storage {

/// Looks at the file system that `graphroot`, or what there is of the path to it, lies on. Kind
/// denied in one sentence with what to do when it is read-only or cannot carry an overlay's upper
/// directory (NFS and its like, an overlay).
void check_place(const std::string& graphroot);

}  // namespace storage
