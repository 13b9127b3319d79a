// SPDX-License-Identifier: Apache-2.0
// Starting a container under a berth-monitor, and talking to one that runs.
//
//   berth ──spawn──> berth-monitor ──> starter (unshare, mounts) ──exec──> crun run -d ──> first
//   process
//     │ control socket: frames (monitor_protocol.h)
//
// The monitor is a subreaper, so the first process becomes its child. It owns stdio, the log, the
// attach socket and the exit status. When the container has ended it writes `exit`, tells its
// clients, and runs the clean-up command unless the client that started it says that it cleans up
// itself.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "container/run_state.hpp"
#include "container/streams.hpp"

namespace container {

enum class LogDriver { none, json_file, k8s_file, passthrough, journald };

/// The driver of --log-driver's word (validate has refused unknown ones).
inline LogDriver log_driver(const std::string& name) {
  if (name == "none") return LogDriver::none;
  if (name == "k8s-file") return LogDriver::k8s_file;
  if (name == "passthrough") return LogDriver::passthrough;
  if (name == "journald") return LogDriver::journald;
  return LogDriver::json_file;
}

struct LogPlan {
  LogDriver driver = LogDriver::json_file;
  std::string path;
  std::string
      attributes;  ///< what each entry carries, as the driver writes it (log_attributes.hpp)
  std::int64_t max_size = -1;  ///< bytes; -1: no rotation
  int max_files = 1;
  std::chrono::minutes utc_offset{};  ///< of the times in a k8s-file
};

/// A detached mount that the starter moves onto `target` in its private mount namespace.
struct PreparedMount {
  base::UniqueFd fd;   ///< from fsmount or open_tree(CLONE)
  std::string target;  ///< an existing file or directory below RUNROOT/containers/ID
};

/// The runtime's global options that let the monitor tell its messages from the container's stderr
/// (crun and runc have them); without them a failed start is explained by what it wrote to stderr.
inline constexpr std::array kRuntimeLogOptions = {"--log=/proc/self/fd/3", "--log-format=json"};

struct RestartPlan {
  std::vector<std::string> command;
  bool on_failure = false;       ///< only after an exit code other than 0
  std::optional<unsigned> left;  ///< restarts that are left; unset: unlimited
  std::uint32_t delay_ms = 0;    ///< before the next one
};

struct HealthPlan {
  std::vector<std::string> command;  ///< argv of one check
  /// interval 0: there is none
  std::chrono::milliseconds interval{}, start_interval{}, start_period{};
};

struct MonitorPlan {
  std::string id;
  bool shows_tmp =
      false;  ///< the runtime needs the host's /tmp: it starts programs that may lie anywhere
  /// RUNROOT/containers/ID: also the working directory of the monitor and the runtime.
  std::string directory;
  /// argv of "crun --root … run -d --bundle … --pid-file … ID"; with tty also "--console-socket DIRECTORY/console".
  std::vector<std::string> runtime;
  /// Where `runtime` only creates the container: argv of "crun --root … start ID", which waits for MonitorClient::begin.
  std::vector<std::string> begin;
  std::string
      runroot;  ///< where the rootless user namespace is recorded; the monitor itself needs it not
  /// "K=V" that the monitor and what it starts have besides this command's environment, or empty.
  std::string variable;
  std::string pid_file;
  std::vector<PreparedMount> mounts;
  /// Sockets that are open until the container ends (network::connect).
  std::vector<base::UniqueFd> held;
  bool tty = false;
  /// The terminal's first size, when known. The bundle must name it too (process.consoleSize): the terminal comes to
  /// the monitor only while the container already starts.
  int rows = 0, columns = 0;
  /// -i: stdin is a pipe; otherwise /dev/null.
  bool open_stdin = false;
  /// stdin closes when that of the first attached client does.
  bool stdin_once = true;
  /// The starting client cleans up, as after claim_cleanup().
  bool claimed = false;
  /// Streams that the starting client gets from the first byte on.
  Streams attached;
  LogPlan log;
  /// argv run after the exit (or a failed start) when no client cleans up.
  std::vector<std::string> cleanup;
  /// What the container's restart policy asks of the monitor; `restart` is the argv it becomes.
  RestartPlan restart;
  HealthPlan health;
  int timeout = 0;                    ///< seconds that it may run; 0: for ever
  bool timeout_is_minus_one = false;  ///< the exit code of what took longer
  /// Descriptors of this command that the container gets under the same numbers, in rising order. `runtime` has been told.
  std::vector<int> preserved;
  /// cgroup file that counts OOM kills (memory.events, or v1's memory.oom_control), or empty.
  std::string oom_events;
  /// Directory of the cgroup that the monitor moves itself to, or empty.
  std::string cgroup_join;
};

/// Why a start failed: the runtime's own message, for the caller to turn into Docker's words.
struct StartFailure {
  std::string message;
};

/// A connection to a monitor, as the client that started the container or as a later one.
class MonitorClient {
 public:
  MonitorClient(base::UniqueFd socket, std::string directory)
      : socket_(std::move(socket)), directory_(std::move(directory)) {}

  int socket() const { return socket_.get(); }

  /// Has the command of a container run that is initialized: from here on this is the client that started it, and gets
  /// `streams` from the first byte on.
  void begin(const Streams& streams);

  /// Waits until the runtime has started the container (or failed to).
  std::optional<StartFailure> wait_started();

  /// Says that this client removes what the container leaves, after its end or a failed start. The
  /// monitor waits for cleaned(); when the connection ends before, it runs its clean-up command
  /// itself.
  void claim_cleanup();
  void cleaned();

  void resize(int rows, int columns);

  /// The file `duties` has been written (monitor_protocol.hpp).
  void duties_changed();

  /// Copies stdin, stdout and stderr until the container has ended (and all its output is written)
  /// or the user has typed `detach_keys` (bytes, of parse_detach_keys; they count on a tty only).
  /// Returns the exit, or nothing when detached. Terminal modes are set and restored here when
  /// `tty`. `forward` gets the signals that arrive here; when empty, they keep their meaning.
  /// Throws Interrupted, and kind io for a broken stdout. A monitor that was killed counts as the end of the container:
  /// see wait_exit.
  std::optional<Exit> attach(const Streams& streams,
                             bool tty,
                             const std::string& detach_keys,
                             const std::function<void(int signal)>& forward);

  /// Waits for the end without any stream. When the monitor is killed meanwhile, the exit is what everybody will say of
  /// that container, 137 at that moment; what is left of it is killed by whoever cleans up.
  Exit wait_exit();

 private:
  base::UniqueFd socket_;
  std::string directory_;
};

/// A program that is installed beside this one ("berth-init"). Kind not_found when it is missing.
std::string find_program_of_ours(const std::string& name);

/// Spawns a monitor (a session of its own; it outlives this process) and hands it the plan. Kind
/// not_found when the runtime does not exist.
MonitorClient start_monitor(MonitorPlan plan);

/// Connects to the monitor of a running container; nothing when there is none any more.
std::optional<MonitorClient> connect_monitor(const std::string& directory);

}  // namespace container
