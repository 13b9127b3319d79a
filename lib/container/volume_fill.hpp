// SPDX-License-Identifier: Apache-2.0
// An empty volume gets what the image has where it is mounted, as Docker does it.
#pragma once

#include <optional>
#include <string>

#include "base/id_mapping.hpp"
#include "container/engine.hpp"

namespace container {

/// Copies what the root has at `target`, and that directory's owner and mode, unless something is in the volume already or
/// nobody can write there. `volume` is its own mount, without other ids; `shown` are those that it will be shown with: the
/// container then sees the owners that it sees in the root.
void fill_volume(Engine& engine,
                 int rootfs,
                 const std::string& target,
                 int volume,
                 const std::optional<base::IdMapping>& shown);

}  // namespace container
