// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace container {

/// Bytes of the regular files below a directory, hardlinks counted once. What vanishes meanwhile is not counted.
std::int64_t tree_size(const std::string& directory);

}  // namespace container
