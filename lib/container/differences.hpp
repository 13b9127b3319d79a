// SPDX-License-Identifier: Apache-2.0
// What differs between two whole file systems: `diff` of two images or containers, which need not stand on each other.
#pragma once

#include "container/changes.hpp"

namespace container {

/// What led from the tree at `before` to the one at `after`, both directories. Files are compared by kind, owner, mode, size,
/// time and where links lead, as Docker does, and not by content.
Changes find_differences(int before, int after);

/// Of two containers or images, by name or id. Kind not_found.
Changes changes_between(Engine& engine, const std::string& before, const std::string& after);

}  // namespace container
