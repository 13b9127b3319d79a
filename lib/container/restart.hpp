// SPDX-License-Identifier: Apache-2.0
// Starting a container that was made before.
#pragma once

#include <string>

#include "container/attached.hpp"
#include "container/engine.hpp"

namespace container {

/// `start`: does nothing when it runs already. What is left of a run that nobody cleaned up after is swept first.
void start_stopped(Engine& engine, const std::string& name);

/// `start -a`: attached from the first byte; returns the exit code.
int start_and_follow(Engine& engine, const std::string& name, const AttachOptions& options);

}  // namespace container
