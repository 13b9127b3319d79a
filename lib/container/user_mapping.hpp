// SPDX-License-Identifier: Apache-2.0
// Users of a container that are not the host's: --userns keep-id (inside, the user has the ids that he has outside), auto (ids
// that no other container has), nomap, --uidmap, and namespaces that exist.
#pragma once

#include <optional>
#include <string>

#include "base/id_mapping.hpp"
#include "base/lock.hpp"
#include "container/engine.hpp"
#include "container/options.hpp"

namespace container {

struct KeepId {
  std::uint32_t uid = 0, gid = 0;
};

/// The ids that keep-id asks for; nothing for another mode. Root keeps 0 unless told otherwise.
std::optional<KeepId> keep_id(const Namespaces& namespaces);

/// What auto, nomap, container: and ns: mean for a container that is being made: sets Namespaces::mapping. The lock, when
/// there is one, is kept until the container has a row, so that nobody else chooses the same ids. Kind usage for what cannot be.
std::optional<base::FileLock> decide_mapping(Engine& engine,
                                             CreateOptions& options,
                                             const image::Image* image);

/// The mapping of the container's own user namespace onto ours; nothing when it lives in ours. For
/// root keep-id changes the user alone, as podman has it.
std::optional<base::IdMapping> user_mapping(const Namespaces& namespaces);

/// Gives a file of the container's to its root, where that is not ours.
void give_to_root(const std::string& path, const std::optional<base::IdMapping>& mapping);

/// The root of a container with ids of its own is nobody here, and must reach what is mounted for it in `directory`. What lies
/// on the way can be passed, not read; the directory itself, where secrets lie, only by his group.
void open_the_way(const storage::Paths& paths,
                  const std::string& directory,
                  const base::IdMapping& mapping);

}  // namespace container
