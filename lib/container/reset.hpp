// SPDX-License-Identifier: Apache-2.0
// Taking a store away, with all that it has on the host.
#pragma once

#include "container/engine.hpp"

namespace container {

/// Ends and removes every container, takes down the store's networks and removes all of its files: images, volumes and
/// run state. Other stores are left alone. Nothing may use the engine afterwards.
void reset(Engine& engine);

}  // namespace container
