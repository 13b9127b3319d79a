// SPDX-License-Identifier: Apache-2.0
// Programs run as children: no shell, no descriptor that is not named, no signal mask left over.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"

namespace base {

/// How a process ended.
struct ExitStatus {
  int code = 0;    ///< exit code when it exited
  int signal = 0;  ///< number of the signal that killed it, or 0

  bool ok() const { return code == 0 && signal == 0; }

  /// As a shell has it: 128 + n for a signal.
  int shell_code() const { return signal ? 128 + signal : code; }

  static ExitStatus from_wait(int status);
};

/// What to run. Unset standard streams are /dev/null for stdin and inherited for stdout and stderr.
struct Command {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH unless it has a slash
  int program = -1;               ///< borrowed: what is executed in the place of argv[0]
  std::optional<std::vector<std::string>> env = {};  ///< "K=V"; unset: inherited
  std::string directory = {};
  int in = -1, out = -1, err = -1;  ///< borrowed descriptors
  /// Borrowed descriptors that the child gets as 3, 4, 5 ... in this order; -1: that number stays closed.
  std::vector<int> pass = {};
  bool new_session = false;  ///< setsid, for what outlives the command
  bool new_group = false;    ///< its own process group: the terminal's Ctrl-C does not reach it
};

/// A started child. Killed and reaped at scope end unless waited for or detached.
class Child {
 public:
  Child(pid_t pid) : pid_(pid) {}

  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}

  Child& operator=(Child&&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }

  ExitStatus wait();

  /// Leaves it running; its parent will be whoever reaps orphans.
  pid_t detach() { return std::exchange(pid_, 0); }

 private:
  pid_t pid_;
};

/// Starts a program. An Error of kind not_found names a program that does not exist.
Child spawn(const Command& command);

struct Captured {
  ExitStatus status;
  std::string out, err;
};

/// Runs a program to its end with both outputs captured (`input` is written to its stdin).
Captured run_captured(Command command, const std::string& input = {});

/// The absolute path of a program found in PATH (then in /usr/sbin, /sbin); nothing when there is none.
std::optional<std::string> find_program(const std::string& name);

/// The directory of the running executable.
std::string executable_directory();

}  // namespace base
