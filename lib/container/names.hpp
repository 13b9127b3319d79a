// SPDX-License-Identifier: Apache-2.0
// Names for containers whose user gave none.
#pragma once

#include <string>

namespace container {

/// "calm_lighthouse": an adjective and a thing of harbours and seas.
std::string random_name();

}  // namespace container
