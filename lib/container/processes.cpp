// SPDX-License-Identifier: Apache-2.0
#include "container/processes.hpp"

#include <sys/stat.h>

#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/cgroup.hpp"
#include "container/cgroup_tree.hpp"
#include "container/start.hpp"

namespace container {

namespace {

/// Whether two processes share a pid namespace; one that is gone shares none.
bool shares_namespace(pid_t pid, const struct stat& wanted) {
  const auto found = base::find_stat(fmt::format("/proc/{}/ns/pid", pid));
  return found && found->st_ino == wanted.st_ino && found->st_dev == wanted.st_dev;
}

std::set<pid_t> processes_in_namespace(pid_t init) {
  std::set<pid_t> pids{init};
  const auto wanted = base::find_stat(fmt::format("/proc/{}/ns/pid", init));
  const auto own = base::find_stat("/proc/self/ns/pid");
  // With --pid host nothing tells them from others.
  if (!wanted || (own && own->st_ino == wanted->st_ino)) return pids;
  for (const auto& name : base::list_directory("/proc")) {
    const auto pid = base::parse_number<pid_t>(name);
    if (pid && shares_namespace(*pid, *wanted)) pids.insert(*pid);
  }
  return pids;
}

}  // namespace

std::set<pid_t> processes_of(Engine& engine, const Record& record, const State& state) {
  if (const auto taken = read_taken(engine, record.id); taken && !taken->cgroup_path.empty()) {
    auto pids = cgroup_processes(cgroup_directories(taken->cgroup_manager, taken->cgroup_path));
    if (!pids.empty()) return pids;
  }
  return processes_in_namespace(state.running.init.pid);
}

}  // namespace container
