// SPDX-License-Identifier: Apache-2.0
#include "container/cgroup_haste.hpp"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

#include "base/beneath.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

namespace container {

namespace {

/// The list of processes of the cgroup that this one is in, in whatever hierarchy lets us write there.
base::UniqueFd open_own_processes() {
  const auto own = base::find_file_text("/proc/self/cgroup").value_or("");
  for (const auto& line : base::split(own, '\n')) {  // ID:CONTROLLERS:PATH, v2's as "0::PATH"
    const auto controllers = line.find(':');
    const auto path =
        controllers == std::string::npos ? controllers : line.find(':', controllers + 1);
    if (path == std::string::npos) continue;
    auto name = line.substr(controllers + 1, path - controllers - 1);
    if (name.starts_with("name=")) name.erase(0, 5);
    const auto file = "/sys/fs/cgroup/" + name + line.substr(path + 1) + "/cgroup.procs";
    auto procs = base::try_open_at(AT_FDCWD, file.c_str(), O_WRONLY);
    if (procs) return procs;
  }
  return {};
}

/// The signals are for the thread that was there before.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }

  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

void hasten_cgroup_moves() {
  auto procs = open_own_processes();
  if (!procs) return;
  const SignalsBlocked blocked;
  std::jthread([procs = std::move(procs)] {
    // Whether it succeeds does not matter: the lock comes first.
    [[maybe_unused]] const auto written = ::write(procs.get(), "0", 1);
  }).detach();
}

}  // namespace container
