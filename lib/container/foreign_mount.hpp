// SPDX-License-Identifier: Apache-2.0
// What another process has mounted, taken from its mount namespace.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace container {

/// The tmpfs as the process of a running container has it mounted at `target`;
/// nothing when something else is there.
std::optional<base::UniqueFd> clone_tmpfs_of(pid_t pid, const std::string& target);

}  // namespace container
