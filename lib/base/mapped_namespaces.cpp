// SPDX-License-Identifier: Apache-2.0
#include "base/mapped_namespaces.hpp"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"

namespace base {

namespace {

/// In the child, a copy of a process that may have threads: system calls only. It holds the namespaces until it is killed.
[[noreturn]] void hold(int ready) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Who has entered a user namespace cannot be looked at in /proc, not even by himself, until he says otherwise.
  ::prctl(PR_SET_DUMPABLE, 1);
  if (::write(ready, "x", 1) != 1) ::_exit(1);
  for (;;) ::pause();
}

void write_map(pid_t pid, const char* file, const std::vector<IdRange>& ranges) {
  std::string text;
  for (const auto& r : ranges) text += fmt::format("{} {} {}\n", r.inside, r.outside, r.count);
  const auto fd = open_file(fmt::format("/proc/{}/{}", pid, file), O_WRONLY);
  // The kernel takes the whole map in one write.
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    const int error = errno;
    fail(Kind::denied, "map the ids of a container: {}", errno_text(error));
  }
}

}  // namespace

MappedNamespaces make_mapped_namespaces(const IdMapping& mapping, WithNetwork network) {
  Pipe ready = make_pipe();
  const unsigned long flags =
      CLONE_NEWUSER | SIGCHLD | (network == WithNetwork::yes ? CLONE_NEWNET : 0U);
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, 0));
  if (pid < 0) sys_fail("make a user namespace");
  if (pid == 0) hold(ready.write.get());
  const Child child(pid);  // killed at scope end
  ready.write.reset();
  char byte = 0;
  if (read_full(ready.read.get(), &byte, 1) != 1) fail(Kind::io, "make a user namespace");
  write_map(pid, "uid_map", mapping.uids);
  write_map(pid, "gid_map", mapping.gids);
  MappedNamespaces made;
  made.user = open_file(fmt::format("/proc/{}/ns/user", pid), O_RDONLY);
  if (network == WithNetwork::yes)
    made.network = open_file(fmt::format("/proc/{}/ns/net", pid), O_RDONLY);
  return made;
}

UniqueFd make_network_of(int user_namespace) {
  Pipe ready = make_pipe();
  const auto pid = static_cast<pid_t>(
      ::syscall(SYS_clone, static_cast<unsigned long>(SIGCHLD), nullptr, nullptr, nullptr, 0));
  if (pid < 0) sys_fail("make a network namespace");
  if (pid == 0) {
    if (::setns(user_namespace, CLONE_NEWUSER) < 0 || ::unshare(CLONE_NEWNET) < 0) ::_exit(1);
    hold(ready.write.get());
  }
  const Child child(pid);  // killed at scope end
  ready.write.reset();
  char byte = 0;
  if (read_full(ready.read.get(), &byte, 1) != 1)
    fail(Kind::denied, "make a network namespace in another user namespace: not permitted");
  return open_file(fmt::format("/proc/{}/ns/net", pid), O_RDONLY);
}

}  // namespace base
