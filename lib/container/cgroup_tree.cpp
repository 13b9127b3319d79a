// SPDX-License-Identifier: Apache-2.0
#include "container/cgroup_tree.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/pid_ref.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace container {

namespace {

constexpr int kRounds = 50;           // of killing what was forked meanwhile
constexpr int kPatience = 5000;       // milliseconds for one process to end
constexpr int kRemovalRounds = 1000;  // milliseconds for the kernel to let go of an empty cgroup

/// Calls `act` on each cgroup below `directory`, deepest first, then on itself.
template <typename Act>
void for_each_below(const std::string& directory, const Act& act) {
  for (const auto& name : base::list_directory(directory)) {
    const std::string child = directory + "/" + name;
    const auto entry = base::find_stat(child);
    if (entry && S_ISDIR(entry->st_mode)) for_each_below(child, act);
  }
  act(directory);
}

/// A cgroup may vanish at any moment (systemd removes an empty scope): false is no failure here.
bool try_write(const std::string& path, std::string_view text) {
  const auto fd = base::find_file(path, O_WRONLY);
  return fd && base::retry([&] { return ::write(fd->get(), text.data(), text.size()); }) >= 0;
}

void add_processes(const std::string& directory, std::set<pid_t>& pids) {
  const auto fd = base::find_file(directory + "/cgroup.procs", O_RDONLY);
  if (!fd) return;
  std::string text;
  char buffer[4096];
  // Not read_rest: a cgroup that is removed meanwhile answers ENODEV, a threaded one EOPNOTSUPP.
  for (ssize_t n;
       (n = base::retry([&] { return ::read(fd->get(), buffer, sizeof buffer); })) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  for (const auto& line : base::split(text, '\n')) {
    // 0: a process that our pid namespace does not see.
    if (const auto pid = base::parse_number<pid_t>(line); pid && *pid > 0) pids.insert(*pid);
  }
}

/// Kills and waits for one set of processes. They are frozen meanwhile where v1 can, so that none
/// forks away.
void kill_round(const std::vector<std::string>& directories, const std::set<pid_t>& pids) {
  std::vector<base::UniqueFd> ending;
  for (const auto& directory : directories) try_write(directory + "/freezer.state", "FROZEN");
  for (const pid_t pid : pids) {
    base::UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!fd) continue;
    // The pid may have been given to somebody else since it was read; what is still listed is
    // meant.
    if (!cgroup_processes(directories).contains(pid)) continue;
    if (::syscall(SYS_pidfd_send_signal, fd.get(), SIGKILL, nullptr, 0) == 0)
      ending.push_back(std::move(fd));
  }
  for (const auto& directory : directories) try_write(directory + "/freezer.state", "THAWED");
  for (const auto& fd : ending) base::wait_for_exit(fd.get(), kPatience);
}

bool has_kill(const std::vector<std::string>& directories) {
  return std::any_of(directories.begin(), directories.end(), [](const std::string& directory) {
    return try_write(directory + "/cgroup.kill",
                     "1");  // v2 from kernel 5.14: ends all at once, forks included
  });
}

void remove_directory(const std::string& directory) {
  for (int round = 0;; ++round) {
    if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) return;
    if (errno != EBUSY || round == kRemovalRounds) base::sys_fail("remove cgroup {}", directory);
    // The last process has ended, but the kernel may not have let go of it; nothing tells when it
    // does.
    const timespec pause{0, 1000000};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace

std::set<pid_t> cgroup_processes(const std::vector<std::string>& directories) {
  std::set<pid_t> pids;
  for (const auto& top : directories) {
    for_each_below(top, [&](const std::string& directory) { add_processes(directory, pids); });
  }
  return pids;
}

void kill_cgroup_processes(const std::vector<std::string>& directories) {
  for (int round = 0; round < kRounds; ++round) {
    const auto pids = cgroup_processes(directories);
    if (pids.empty()) return;
    // A frozen v2 cgroup still ends by cgroup.kill. Processes may sit in v1 hierarchies alone:
    // those are killed singly.
    has_kill(directories);
    kill_round(directories, pids);
  }
  const auto left = cgroup_processes(directories);
  if (!left.empty()) {
    base::fail(
        base::Kind::io, "process {} in cgroup {} does not end", *left.begin(), directories.at(0));
  }
}

void remove_cgroup_directories(const std::vector<std::string>& directories) {
  // The usual case first: nothing left, nothing below.
  std::vector<std::string> busy;
  for (const auto& directory : directories) {
    if (::rmdir(directory.c_str()) < 0 && errno != ENOENT) busy.push_back(directory);
  }
  if (busy.empty()) return;
  kill_cgroup_processes(busy);
  for (const auto& directory : busy) for_each_below(directory, remove_directory);
}

}  // namespace container
