// SPDX-License-Identifier: Apache-2.0
// Runs a function of a test in a child that is an ordinary user, with passwd, subuid and subgid
// files of its own.
#pragma once

#include <cstdio>
#include <functional>
#include <grp.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "tests/support/thread_sanitizer.hpp"

namespace support {

constexpr unsigned kUser = 23456, kGroup = 23457;

/// A directory that the user may use, with the files that make the user one.
class UserHome {
 public:
  explicit UserHome(std::string ranges = "someone:700000:65536\n") : dir_("/tmp", "berth-test") {
    if (::chmod(dir_.path().c_str(), 0755) < 0) base::sys_fail("chmod");
    base::make_directory(home(), 0700);
    if (::chown(home().c_str(), kUser, kGroup) < 0) base::sys_fail("chown");
    base::write_file(file("passwd"),
                     "root:x:0:0::/root:/bin/sh\nsomeone:x:23456:23457::" + home() + ":/bin/sh\n");
    base::write_file(file("subuid"), ranges);
    base::write_file(file("subgid"), ranges);
  }

  std::string home() const { return dir_.path() + "/home"; }

  std::string file(const std::string& name) const { return dir_.path() + "/" + name; }

  /// Starts `act` as the user in a child; an exception's text goes to stderr and makes exit
  /// code 99.
  pid_t start(const std::function<int()>& act) const {
    std::fflush(nullptr);  // or both would print what is buffered
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    int code = 99;
    try {
      become_user();
      code = act();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
    }
    ::_exit(code);
  }

  int run(const std::function<int()>& act) const { return wait(start(act)); }

  static int wait(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return base::ExitStatus::from_wait(status).shell_code();
  }

 private:
  void become_user() const {
    if (::unshare(CLONE_NEWNS) < 0) base::sys_fail("unshare");
    if (::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
      base::sys_fail("make mounts private");
    for (const char* name : {"passwd", "subuid", "subgid"}) {
      const std::string target = std::string("/etc/") + name;
      if (::mount(file(name).c_str(), target.c_str(), nullptr, MS_BIND, nullptr) < 0)
        base::sys_fail("bind {}", name);
    }
    if (::setgroups(0, nullptr) < 0 || ::setresgid(kGroup, kGroup, kGroup) < 0 ||
        ::setresuid(kUser, kUser, kUser) < 0) {
      base::sys_fail("become a user");
    }
    // As after a login and an exec; otherwise /proc/self belongs to root.
    ::prctl(PR_SET_DUMPABLE, 1);
  }

  base::TempDir dir_;
};

/// True when a test may become a user and make user namespaces.
inline bool can_be_user() {
  return !kHasThreadSanitizer && ::geteuid() == 0 && base::find_program("newuidmap") &&
         base::find_program("newgidmap") && base::exists("/etc/subuid") &&
         base::exists("/etc/subgid");
}

}  // namespace support
