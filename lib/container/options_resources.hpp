// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "container/options.hpp"

namespace container {

/// The part of validate() that looks at limits.
void validate(const Resources& resources);

}  // namespace container
