// SPDX-License-Identifier: Apache-2.0
// Who stands on a container.
#pragma once

#include <vector>

#include "container/engine.hpp"

namespace container {

/// Those that join a namespace of a container or use its volumes, newest first.
std::vector<Record> dependents(Engine& engine, const Record& record);

}  // namespace container
