// SPDX-License-Identifier: Apache-2.0
// The keys of containers.conf that are no mistake. Many concern what only Podman has (machines, its lock files): they are
// known, and nothing here asks for them.
#pragma once

#include <string_view>

namespace container {

/// True for a key of a section that containers.conf(5) of Podman 6 describes.
bool is_config_key(std::string_view section, std::string_view key);

}  // namespace container
