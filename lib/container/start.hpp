// SPDX-License-Identifier: Apache-2.0
// Starting a container that exists.
#pragma once

#include "container/engine.hpp"
#include "container/monitor.hpp"

namespace container {

/// What a start took from the host, noted in RUNROOT/containers/ID/taken before it is used, so that finish gives it back
/// whatever happened in between.
struct Taken {
  std::optional<network::Endpoint> endpoint;
  std::string cgroup_manager, cgroup_path;
  std::string runtime;                 ///< path of the program
  std::uint32_t restart_delay_ms = 0;  ///< that the monitor waits before a restart
};

template <typename Io>
void fields(Io& io, Taken& t) {
  io.maybe("endpoint", t.endpoint);
  io.maybe("cgroupManager", t.cgroup_manager);
  io.maybe("cgroupPath", t.cgroup_path);
  io("runtime", t.runtime);
  io.maybe("restartDelay", t.restart_delay_ms);
}

/// What the last start took; nothing when it took nothing or it was given back.
std::optional<Taken> read_taken(const Engine& engine, const std::string& id);

/// Where the run of a container is noted. Made before the row says that it was started: a row that says so without such a
/// directory is of a host that went down.
void make_run_directory(Engine& engine, const std::string& id);

struct StartOptions {
  std::uint32_t restart_delay_ms = 0;  ///< 0: Docker's first
  Streams attached;                    ///< what this client gets from the first byte on
  bool only_initializes = false;       ///< its first process waits for start_initialized
  std::vector<int> preserved;          ///< descriptors that it inherits, by their numbers
};

/// Starts it and returns the connection to its monitor once the first process runs. Whoever closes it before the end
/// leaves the clean-up to the monitor. The caller holds the container's lock, has made sure that it does not run and that
/// nothing is left of an earlier run, and has made the run directory. On failure everything is given back and the error
/// is noted in the row.
MonitorClient start(Engine& engine,
                    const Record& record,
                    const Details& details,
                    const StartOptions& how);

/// The same for one that is initialized: its command is run.
MonitorClient start_initialized(Engine& engine,
                                const Record& record,
                                const Details& details,
                                const StartOptions& how);

}  // namespace container
