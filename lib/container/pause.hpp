// SPDX-License-Identifier: Apache-2.0
// Freezing a container's processes and letting them go on.
#pragma once

#include <string>

#include "container/engine.hpp"
#include "container/state.hpp"

namespace container {

/// Kind wrong_state, in Docker's words, when it does not run or is paused already.
void pause(Engine& engine, const std::string& name);

/// Kind wrong_state when it is not paused.
void unpause(Engine& engine, const std::string& name);

/// Lets a paused container go on, so that a signal sent to it takes effect; no event.
void thaw(Engine& engine, const Record& record);

}  // namespace container
