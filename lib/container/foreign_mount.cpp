// SPDX-License-Identifier: Apache-2.0
#include "container/foreign_mount.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "storage/overlay.hpp"

namespace container {

namespace {

/// Back in our own mount namespace and directory at scope end.
class Visit {
 public:
  explicit Visit(pid_t pid)
      : home_(base::open_file("/proc/self/ns/mnt", O_RDONLY)),
        directory_(base::open_file(".", O_PATH | O_DIRECTORY)) {
    const auto other = base::open_file(fmt::format("/proc/{}/ns/mnt", pid), O_RDONLY);
    // The kernel lets nobody enter who shares root and working directory with another thread (hasten_cgroup_moves).
    if (::unshare(CLONE_FS) < 0 || ::setns(other.get(), CLONE_NEWNS) < 0)
      base::sys_fail("enter a mount namespace");
  }

  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  ~Visit() {
    // Without these the process would go on among the container's files.
    if (::setns(home_.get(), CLONE_NEWNS) < 0 || ::fchdir(directory_.get()) < 0) ::_exit(125);
  }

 private:
  base::UniqueFd home_, directory_;
};

}  // namespace

std::optional<base::UniqueFd> clone_tmpfs_of(pid_t pid, const std::string& target) {
  const Visit visit(pid);
  const auto root = base::open_file("/", O_PATH | O_DIRECTORY);
  const auto place = base::find_in_root(root.get(), target, O_PATH | O_DIRECTORY);

  struct statfs fs {};

  if (!place || ::fstatfs(place->get(), &fs) < 0 || fs.f_type != TMPFS_MAGIC) return std::nullopt;
  return storage::clone_mount(place->get(), false);
}

}  // namespace container
