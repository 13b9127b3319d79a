// SPDX-License-Identifier: Apache-2.0
// Whether a store can live in a place at all. (noexec is no obstacle: an overlay executes by its
// own mount's flags.)
#pragma once

#include <string>

#include "storage/driver.hpp"

namespace storage {

/// Looks at the file system that `graphroot`, or what there is of the path to it, lies on. Kind
/// denied in one sentence with what to do when it is read-only or, for the driver overlay, cannot
/// carry an overlay's upper directory (NFS and its like, an overlay).
void check_place(const std::string& graphroot, Driver driver);

/// Whether it can. Where it cannot, layers have neither whiteouts of overlay's kind nor its attributes.
bool carries_overlay(const std::string& graphroot);

}  // namespace storage
