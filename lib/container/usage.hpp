// SPDX-License-Identifier: Apache-2.0
// What a running container uses at one moment, read from its cgroup and its network namespace.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/time.hpp"
#include "container/engine.hpp"
#include "container/state.hpp"

namespace container {

struct InterfaceUsage {
  std::uint64_t rx_bytes = 0, rx_packets = 0, rx_errors = 0, rx_dropped = 0;
  std::uint64_t tx_bytes = 0, tx_packets = 0, tx_errors = 0, tx_dropped = 0;
};

struct Usage {
  base::Moment time{}, started{};
  bool running = false;
  std::uint64_t cpu = 0, cpu_system = 0;  ///< nanoseconds since its start
  std::uint64_t memory = 0;               ///< without what the page cache can give back at once
  std::uint64_t memory_limit = 0;         ///< the host's memory when there is none
  std::uint64_t block_read = 0, block_write = 0;
  std::uint64_t pids = 0;
  std::map<std::string, InterfaceUsage> network;  ///< by interface, loopback left out
};

/// Zeros for a container that does not run, and for what its cgroup does not count.
Usage usage_of(Engine& engine, const Record& record);

}  // namespace container
