// SPDX-License-Identifier: Apache-2.0
#include "container/cgroup_split.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace container {

namespace {

constexpr std::string_view kRuntime = "/runtime";
constexpr int kRounds = 50;  // of moving what was forked meanwhile

std::string own_cgroup() {
  for (const auto& line : base::split(base::read_file("/proc/self/cgroup"), '\n')) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "/";
}

void move_process(const std::string& pid, const std::string& directory) {
  const std::string path = directory + "/cgroup.procs";
  const auto fd = base::open_file(path, O_WRONLY);
  const auto written = base::retry([&] { return ::write(fd.get(), pid.data(), pid.size()); });
  // One that has ended meanwhile needs no place.
  if (written < 0 && errno != ESRCH) base::sys_fail("move process {} to {}", pid, directory);
}

std::vector<std::string> processes_of(const std::string& directory) {
  const std::string text = base::read_file(directory + "/cgroup.procs");
  auto pids = base::split(base::trim(text), '\n');
  std::erase(pids, "");
  return pids;
}

}  // namespace

std::string share_out_own_cgroup(const std::string& root) {
  std::string own = own_cgroup();
  if (own.ends_with(kRuntime)) own.resize(own.size() - kRuntime.size());
  if (own.empty() || own == "/") {
    base::fail(base::Kind::unsupported,
               "--cgroups=split cannot be used in the root cgroup: run it in a service or scope");
  }
  const std::string directory = root + own, runtime = directory + std::string(kRuntime);
  base::in_context("split the cgroup " + own, [&] {
    base::make_directories(runtime, 0755);
    for (int round = 0; round < kRounds; ++round) {
      const auto pids = processes_of(directory);
      if (pids.empty()) return;
      for (const auto& pid : pids) move_process(pid, runtime);
    }
  });
  return own;
}

}  // namespace container
