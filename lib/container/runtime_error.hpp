// SPDX-License-Identifier: Apache-2.0
// What OCI runtimes say when they cannot start a process, in Docker's words and exit codes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace container {

/// Turns the text of crun, runc or another runtime into an Error: command_missing (127) and command_invalid (126) with
/// Docker's sentence, else io with the runtime's own.
base::Error runtime_error(const std::string& text, const std::string& command);

/// Looks a command up as the runtime would, below `root_fd`, through `env`'s PATH. An Error as runtime_error makes it when
/// it is not there or cannot be executed; nothing when it looks right, or when mounts may hide or bring it.
std::optional<base::Error> check_command(int root_fd,
                                         const std::string& command,
                                         const std::vector<std::string>& env,
                                         const std::string& directory);

}  // namespace container
