// SPDX-License-Identifier: Apache-2.0
// The OCI runtime: a program, called with the few options that all of them share.
#pragma once

#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

class Runtime {
 public:
  /// By name ("crun", "runc") or path. Kind not_found, naming it, when there is no such program.
  Runtime(const Engine& engine, const std::string& name_or_path, std::string cgroup_manager);

  const std::string& path() const { return path_; }

  const std::string& name() const { return name_; }

  /// Where the runtime keeps its own state, below RUNROOT.
  const std::string& root() const { return root_; }

  /// crun takes a compiled filter, and its state can be removed without it.
  bool is_crun() const { return name_ == "crun"; }

  /// argv of "run -d": the container's first process is left to our subreaper.
  std::vector<std::string> run_command(const std::string& id,
                                       const std::string& bundle,
                                       const std::string& pid_file,
                                       const std::string& console_socket) const;

  /// argv that begins any other call, up to where its verb comes.
  std::vector<std::string> command(const std::vector<std::string>& words) const;

  /// Removes what the runtime remembers of a container that has ended.
  void forget(const std::string& id) const;

 private:
  std::string path_, name_, root_, cgroup_manager_;
};

}  // namespace container
