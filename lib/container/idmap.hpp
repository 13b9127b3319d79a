// SPDX-License-Identifier: Apache-2.0
// The ids that a mount's files get: "uids=0-1000-10#…;gids=…", each "FILE-HOST-COUNT", or "@FILE-CONTAINER-COUNT".
#pragma once

#include <optional>
#include <string>

#include "base/id_mapping.hpp"

namespace container {

/// The empty text means the container's own mapping, which is also what "@" counts in. Kind usage for what is none,
/// unsupported where the kernel lets nobody but root do so.
base::IdMapping idmap_of(const std::string& text, const std::optional<base::IdMapping>& container);

/// Gives a detached mount these ids.
void map_mount(int mount, const base::IdMapping& mapping);

}  // namespace container
