// SPDX-License-Identifier: Apache-2.0
// A command run inside a container for its exit code, with an end after some time: health checks.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

struct Probe {
  int exit_code = 0;
  bool timed_out = false;
  std::string output;  ///< the first bytes of both streams
};

/// Runs `command` as the container's own process was (user, environment, directory); after `timeout` it is killed. Of its
/// output, `kept` bytes are.
Probe run_probe(Engine& engine,
                const Record& record,
                const std::vector<std::string>& command,
                std::chrono::nanoseconds timeout,
                std::size_t kept);

}  // namespace container
