// SPDX-License-Identifier: Apache-2.0
// A container's root file system shown to people on the host, below RUNROOT/mounts. What is mounted is asked of the kernel, so
// a reboot leaves nothing to repair. A container that is started while it is shown runs on the very same file system.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

struct MountedContainer {
  Record record;
  std::string path;
};

/// Mounts it, unless it is mounted already; returns where. Of a running container its live root, without volumes.
std::string mount_container(Engine& engine, const std::string& name);

/// Takes the mount away; false when there was none. Kind in_use when somebody works there, unless `force`: then it goes when
/// they leave.
bool unmount_container(Engine& engine, const std::string& name, bool force);

std::vector<MountedContainer> mounted_containers(Engine& engine);

/// A detached copy of what is mounted; nothing when it is not. The caller holds the container's lock.
std::optional<base::UniqueFd> clone_mounted_rootfs(Engine& engine, const std::string& id);

/// For who removes a container, whoever works in its mount.
void detach_mounted_rootfs(Engine& engine, const std::string& id);

}  // namespace container
