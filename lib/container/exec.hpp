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
  bool keeps_term = false;  ///< -t leaves a TERM that the container has
  bool prints_id = false;   ///< detached, it tells the session's id on stdout
  std::vector<int>
      preserved;  ///< descriptors that the process gets, too, under these numbers; in order, from 3 on
};

/// Runs it with this process's own streams and returns its exit code; with `detach` returns 0 once it runs. Takes no lock
/// and needs no monitor: the runtime is a child of this command.
int exec(Engine& engine, const std::string& name, const ExecOptions& options);

/// The detached ones that still run; null when there are none.
base::Json exec_ids(const Engine& engine, const Record& record);

}  // namespace container
