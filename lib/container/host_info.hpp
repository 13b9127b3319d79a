// SPDX-License-Identifier: Apache-2.0
// What `info` tells of the machine, and how many containers are in which state.
#pragma once

#include <cstdint>
#include <string>

#include "container/engine.hpp"

namespace container {

struct HostInfo {
  std::string hostname, kernel, machine;           ///< machine: "x86_64"
  std::string os, os_id, os_version, os_codename;  ///< "Debian GNU/Linux 12 (bookworm)", "debian" …
  int cpus = 1;
  std::int64_t memory = 0, memory_available = 0, swap = 0, swap_free = 0;  ///< bytes
  std::int64_t uptime = 0;                                                 ///< seconds
};

HostInfo read_host_info();

struct ContainerCounts {
  int all = 0, running = 0, paused = 0;

  int stopped() const { return all - running - paused; }
};

ContainerCounts count_containers(Engine& engine);

/// "extfs", "xfs" …: the file system that holds a path, as Docker and Podman name it.
std::string file_system_name(const std::string& path);

}  // namespace container
