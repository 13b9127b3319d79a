// SPDX-License-Identifier: Apache-2.0
// Files of one run that are mounted into the container, beyond those of its network and users: Podman's .containerenv and
// secrets. They lie in the run directory, where nothing but memory holds them while they are used.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "container/engine.hpp"

namespace container {

/// Host path and target of each.
using MountedFiles = std::vector<std::pair<std::string, std::string>>;

/// Empty, so that nothing of the host shows, but for a container that has its rights anyway. What the user has mounted on
/// /run is not written to, and only Podman's containers have it.
void write_engine_file(const Record& record,
                       const CreateOptions& options,
                       const std::string& directory,
                       MountedFiles& files);

/// Secrets that are variables are added to `variables` ("NAME=VALUE"), the others to `files`.
void write_secrets(const Engine& engine,
                   const Record& record,
                   const CreateOptions& options,
                   const std::string& directory,
                   MountedFiles& files,
                   std::vector<std::string>& variables);

}  // namespace container
