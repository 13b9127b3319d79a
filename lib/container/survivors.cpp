// SPDX-License-Identifier: Apache-2.0
#include "container/survivors.hpp"

#include <csignal>

#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/run_state.hpp"

namespace container {

namespace {

/// What the monitor noted, or the runtime before it. The runtime notes no start time, so by now it may be another process
/// with that pid: good enough for a look, not for a kill.
std::optional<base::PidRef> probable_first_process(const std::string& directory) {
  try {
    if (const auto running = read_running(directory)) return running->init;
  } catch (const base::Error&) {
    return std::nullopt;  // whoever cleans up tells of it
  }
  const auto text = base::find_file_text(directory + "/pid");
  const auto pid = text ? base::parse_number<pid_t>(base::trim(*text)) : std::nullopt;
  return pid ? base::PidRef::of(*pid) : std::nullopt;
}

/// True when `text` is one of a process's NUL-ended arguments.
bool has_argument(const std::string& proc, const std::string& text) {
  const auto words = base::find_file_text(proc + "/cmdline");
  return words && ('\0' + *words).find('\0' + text + '\0') != std::string::npos;
}

/// True when what the process sees as / is the overlay with its upper directory below this one, or a directory in it.
bool has_root(const std::string& proc, const std::string& files) {
  std::string mounts;
  try {
    mounts = base::find_file_text(proc + "/mountinfo").value_or("");
  } catch (const base::Error&) {
    return false;  // somebody else's process, or one that ends just now
  }
  for (const auto& line : base::split(mounts, '\n')) {
    constexpr std::size_t kMountPoint = 4;
    const auto words = base::split(line, ' ');
    if (words.size() > kMountPoint && words[kMountPoint] == "/" &&
        line.find(files) != std::string::npos)
      return true;
  }
  return false;
}

/// One look at all processes; true when one was killed.
bool kill_round(const std::string& bundle, const std::string& files) {
  bool killed = false;
  for (const auto& name : base::list_directory("/proc")) {
    const auto pid = base::parse_number<pid_t>(name);
    const auto process = pid ? base::PidRef::of(*pid) : std::nullopt;
    const std::string proc = "/proc/" + name;
    if (!process || (!has_argument(proc, bundle) && !has_root(proc, files))) continue;
    const auto fd = process->open();
    if (!fd || !process->signal(SIGKILL)) continue;
    base::wait_for_exit(fd->get(), -1);
    killed = true;
  }
  return killed;
}

}  // namespace

std::vector<base::PidRef> find_first_processes(const std::string& runroot) {
  std::vector<base::PidRef> found;
  const std::string containers = runroot + "/containers";
  for (const auto& id : base::list_directory(containers)) {
    if (const auto process = probable_first_process(containers + "/" + id))
      found.push_back(*process);
  }
  return found;
}

void kill_survivors(const Engine& engine, const std::string& id) {
  const std::string directory = engine.run_directory(id);
  // Its first process, when it is known, takes a pid namespace's others with it.
  if (const auto running = read_running(directory)) {
    const auto fd = running->init.open();
    if (fd && running->init.signal(SIGKILL)) base::wait_for_exit(fd->get(), -1);
  }
  const std::string files = "/containers/" + id + "/";
  constexpr int kRounds = 20;  // of killing what was forked meanwhile
  for (int i = 0; i < kRounds && kill_round(directory + "/bundle", files); ++i) continue;
}

}  // namespace container
