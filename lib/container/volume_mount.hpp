// SPDX-License-Identifier: Apache-2.0
// Volumes of driver "local" with options: type=, device= and o= say what is mounted instead of the
// volume's own directory. The mount is made for each container that starts; the host sees none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "container/engine.hpp"

namespace container {

/// Docker's checks of `volume create -o`; kind usage "create NAME: …". Podman needs no device where the type says it all.
void check_volume_options(const storage::Volume& volume, bool device_optional);

/// A detached mount of what the volume holds: its directory, or what its options name. Containers
/// that run at the same time see the same tmpfs.
base::UniqueFd mount_volume(Engine& engine, const storage::Volume& volume);

/// Words of the volume's o= that the runtime must be told again, as its own mount replaces them: "ro", "nosuid" …
std::vector<std::string> volume_flags(const storage::Volume& volume);

}  // namespace container
