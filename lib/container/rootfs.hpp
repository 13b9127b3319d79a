// SPDX-License-Identifier: Apache-2.0
// The root file system of a container and the mounts on it, made detached so that the host sees none of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id_mapping.hpp"
#include "base/unique_fd.hpp"
#include "container/engine.hpp"
#include "container/labels.hpp"
#include "container/monitor.hpp"
#include "container/spec/spec.hpp"

namespace container {

/// A detached overlay of the container's layers and its own upper directory. The caller holds the container's lock
/// and has made sure that nobody else has it mounted (kernels allow it, and mix the two up).
base::UniqueFd mount_rootfs(Engine& engine, const Record& record);

/// The same for who has the details already. With --rootfs it is that directory, or an overlay on it.
base::UniqueFd mount_rootfs(Engine& engine, const Record& record, const Details& details);

/// What start hands to the monitor (descriptors) and to the spec (slots).
struct PreparedMounts {
  std::vector<PreparedMount> prepared;
  std::vector<SpecMount> spec;
};

/// Whose files mounts of a container are.
struct MountUsers {
  std::optional<UserIds> user;  ///< that it runs as; without one, U gives nothing away
  std::optional<base::IdMapping> mapping;
  Labels labels = {};  ///< without one of the process, nothing is relabelled
};

/// Opens the sources of all binds and volumes in this mount namespace, makes missing ones where -v wants it, and fills
/// volumes from the image at first use. Slots are made below `directory`/mounts.
PreparedMounts prepare_mounts(Engine& engine,
                              const CreateOptions& options,
                              int rootfs,
                              const std::string& directory,
                              const MountUsers& users);

/// Makes the working directory when the image lacks it, as Docker does. It belongs to the container's root.
void make_working_directory(int rootfs,
                            const std::string& path,
                            const std::optional<base::IdMapping>& mapping);

}  // namespace container
