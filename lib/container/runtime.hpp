// SPDX-License-Identifier: Apache-2.0
// The OCI runtime: a program, called with the few options that all of them share.
#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.hpp"
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

  /// The program on a read-only mount of its own, to be executed from there with kSealedNote in the environment. So that no
  /// container can write to it by way of /proc/PID/exe, crun mounts or copies and executes itself again before each call,
  /// unless it finds that done: it takes milliseconds. Empty for other runtimes, and where there can be no such mount.
  base::UniqueFd sealed_program() const;

  static constexpr const char* kSealedNote = "_LIBCONTAINER_CLONED_BINARY=1";

  /// What a container is made from.
  struct Making {
    std::string id, bundle, pid_file;
    std::string console_socket;  ///< empty: no terminal
  };

  /// argv of "run -d": the container's first process is left to our subreaper.
  std::vector<std::string> run_command(const Making& making) const;

  /// The same in two steps: argv of "create", which leaves a process that waits, and of the "start" that follows.
  std::vector<std::string> create_command(const Making& making) const;
  std::vector<std::string> start_command(const std::string& id) const;

  /// argv that begins any other call, up to where its verb comes.
  std::vector<std::string> command(const std::vector<std::string>& words) const;

  /// Removes what the runtime remembers of a container that has ended. With poststop hooks, it must run those.
  void forget(const std::string& id, bool has_poststop) const;

 private:
  /// argv of a verb, whose own words go to the monitor, apart from what the container writes.
  std::vector<std::string> logged(const std::vector<std::string>& words) const;

  std::string path_, name_, root_, cgroup_manager_;
  std::vector<std::string> flags_;
};

}  // namespace container
