// SPDX-License-Identifier: Apache-2.0
// Another process in a running container.
#pragma once

#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

struct ExecOptions {
  std::vector<std::string> command;
  std::vector<std::string> env;  ///< "K=V"
  std::string user, working_dir;
  bool tty = false, interactive = false, privileged = false, detach = false;
};

/// Runs it with this process's own streams and returns its exit code; with `detach` returns 0 once it runs. Takes no lock
/// and needs no monitor: the runtime is a child of this command.
int exec(Engine& engine, const std::string& name, const ExecOptions& options);

}  // namespace container
