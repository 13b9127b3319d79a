// SPDX-License-Identifier: Apache-2.0
// A client at a container's streams, from the start or later.
#pragma once

#include <string>

#include "container/engine.hpp"
#include "container/monitor.hpp"
#include "container/record.hpp"

namespace container {

struct AttachOptions {
  Streams streams{true, true, true};
  std::string detach_keys = "ctrl-p,ctrl-q";
  bool forward_signals = true;
};

/// Copies streams until the container has ended, then cleans up after it. Returns its exit code; 0 when the user
/// detached.
int follow(Engine& engine,
           const Record& record,
           const Details& details,
           MonitorClient client,
           const AttachOptions& options);

/// `attach`: kind wrong_state when it does not run.
int attach(Engine& engine, const std::string& name, const AttachOptions& options);

/// `wait`: the exit code once the container has ended (at once when it does not run).
int wait(Engine& engine, const std::string& name);

}  // namespace container
