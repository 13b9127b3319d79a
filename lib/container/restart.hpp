// SPDX-License-Identifier: Apache-2.0
// Starting a container that was made before.
#pragma once

#include <string>

#include "container/attached.hpp"
#include "container/engine.hpp"

namespace container {

/// Podman's `init`: all that a start does but running the command, so that another start has only that to do. Kind
/// wrong_state when it runs or is initialized.
void initialize(Engine& engine, const std::string& name);

/// `start`: does nothing when it runs already. What is left of a run that nobody cleaned up after is swept first.
void start_stopped(Engine& engine, const std::string& name);

/// What a monitor becomes when the restart policy wants another run: ends the last one as clean_up does, then starts the
/// next. Only cleans up when somebody has stopped the container meanwhile.
void restart_by_policy(Engine& engine, const std::string& id);

/// `start -a`: attached from the first byte; returns the exit code.
int start_and_follow(Engine& engine, const std::string& name, const AttachOptions& options);

}  // namespace container
