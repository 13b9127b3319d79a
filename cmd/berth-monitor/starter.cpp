// SPDX-License-Identifier: Apache-2.0
#include "starter.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys.hpp"

namespace monitor {

namespace {

constexpr unsigned kMoveMountFromEmptyPath = 0x4;     // MOVE_MOUNT_F_EMPTY_PATH
constexpr unsigned kCloseRangeCloseOnExec = 1U << 2;  // CLOSE_RANGE_CLOEXEC

/// What runs between vfork and exec shares the monitor's memory: it makes system calls and changes
/// nothing else.
[[noreturn]] void die(int log, const char* what, const char* object) {
  const int error = errno;
  char buffer[512];
  Text text{buffer, sizeof buffer};
  text.add(what).add(" ").add(object).add(": ").add(strerror(error)).add("\n");
  write_all(log, buffer, text.size);
  _exit(127);
}

/// The kernel keeps the mounts that are moved here out of the host's sight: the namespace is
/// private to the runtime (and what it starts), but mounts that the host makes later still arrive.
void enter_mount_namespace(const Plan& plan, int log) {
  if (plan.header->mounts == 0 && !plan.has(protocol::kHideTmp)) return;
  if (unshare(CLONE_NEWNS) < 0) die(log, "make", "a mount namespace");
  if (mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) < 0)
    die(log, "change propagation of", "/");
  const char* target = plan.lists;
  for (uint32_t i = 0; i < plan.header->mounts; ++i, target = next_text(target)) {
    const int fd = protocol::kFirstMountFd + static_cast<int>(i);
    if (syscall(SYS_move_mount, fd, "", AT_FDCWD, target, kMoveMountFromEmptyPath) < 0) {
      die(log, "move a mount to", target);
    }
  }
  // crun 1.8 leaves files in /tmp when it is killed; these go away with the namespace.
  if (plan.has(protocol::kHideTmp))
    mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
}

/// Numbers of the preserved descriptors, as they lie behind all arguments of the plan.
uint32_t preserved_numbers(const Plan& plan, int* numbers) {
  const protocol::PlanHeader& header = *plan.header;
  const char* text = plan.lists;
  uint32_t skipped =
      header.mounts + header.runtime + header.cleanup + header.restart_arguments + header.health;
  for (; skipped > 0; --skipped) text = next_text(text);
  for (uint32_t i = 0; i < header.preserved; ++i, text = next_text(text))
    numbers[i] = static_cast<int>(parse_number(text, nullptr));
  return header.preserved;
}

/// Standard streams, the preserved descriptors, and the log behind the last of them. All are first copied above every number
/// that will be taken, as any of them may lie where another shall be.
int place_descriptors(const Plan& plan, const StartFds& fds) {
  int numbers[protocol::kMaxPreserved];
  const uint32_t count = preserved_numbers(plan, numbers);
  const int log = count > 0 ? numbers[count - 1] + 1 : protocol::kRuntimeLogFd;
  const int first =
      protocol::kFirstMountFd + static_cast<int>(plan.header->mounts + plan.header->held);
  const int above = (log > first ? log : first) + static_cast<int>(count) + 1;
  int copies[protocol::kMaxPreserved];
  for (uint32_t i = 0; i < count; ++i)
    copies[i] = fcntl(first + static_cast<int>(i), F_DUPFD_CLOEXEC, above);
  const int sources[] = {fds.in, fds.out, fds.err, fds.log};
  int streams[4];
  for (int i = 0; i < 4; ++i) {
    streams[i] = count > 0 ? fcntl(sources[i], F_DUPFD_CLOEXEC, above) : sources[i];
    if (streams[i] < 0) die(fds.log, "set up", "standard streams");
  }
  if (count > 0) syscall(SYS_close_range, 3, ~0U, kCloseRangeCloseOnExec);
  // Sources are above the targets (monitor_protocol.hpp: what is below is known), except standard
  // streams that stay.
  for (int i = 0; i < 4; ++i) {
    const int target = i < 3 ? i : log;
    if (streams[i] != target && dup2(streams[i], target) < 0)
      die(fds.log, "set up", "standard streams");
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (dup2(copies[i], numbers[i]) < 0) die(log, "hand over", "a descriptor");
  }
  syscall(SYS_close_range, log + 1, ~0U, kCloseRangeCloseOnExec);
  return log;
}

void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Fills `list` with `count` texts; returns what follows them.
const char* collect(const char* text, uint32_t count, char** list) {
  for (uint32_t i = 0; i < count; ++i) {
    list[i] = const_cast<char*>(text);
    text = next_text(text);
  }
  list[count] = nullptr;
  return text;
}

/// A runtime that outlived its monitor would bring up a container that others have given up already.
void die_with(pid_t monitor) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != monitor) _exit(127);
}

[[noreturn]] void run_runtime(const Plan& plan,
                              const StartFds& fds,
                              char** arguments,
                              pid_t monitor) {
  die_with(monitor);
  reset_signals();
  enter_mount_namespace(plan, fds.log);
  const int log = place_descriptors(plan, fds);
  execve(arguments[0], arguments, environ);
  die(log, "execute", arguments[0]);
}

const char* skip_texts(const char* text, uint32_t count) {
  for (; count > 0; --count) text = next_text(text);
  return text;
}

}  // namespace

int start_runtime(const Plan& plan, const StartFds& fds) {
  char* arguments[protocol::kMaxArguments + 1];
  collect(skip_texts(plan.lists, plan.header->mounts), plan.header->runtime, arguments);
  const pid_t monitor = getpid();
  const pid_t pid = vfork();
  if (pid == 0) run_runtime(plan, fds, arguments, monitor);
  return pid;
}

namespace {

/// Executes a berth command of the plan in a session of its own.
[[noreturn]] void run_command(char** arguments) {
  setsid();
  syscall(SYS_close_range, 3, ~0U, kCloseRangeCloseOnExec);
  execve(arguments[0], arguments, environ);
  _exit(127);
}

/// A list of arguments behind `skipped` texts; false when it is empty.
bool collect_list(const Plan& plan, uint32_t skipped, uint32_t count, char** arguments) {
  if (count > 0) collect(skip_texts(plan.lists, plan.header->mounts + skipped), count, arguments);
  return count > 0;
}

}  // namespace

int start_begin(const Plan& plan, int log) {
  const protocol::PlanHeader& header = *plan.header;
  char* arguments[protocol::kMaxArguments + 1];
  const uint32_t before =
      header.runtime + header.cleanup + header.restart_arguments + header.health + header.preserved;
  if (!collect_list(plan, before, header.begin, arguments)) return -1;
  const pid_t monitor = getpid();
  const pid_t pid = vfork();
  if (pid != 0) return pid;
  die_with(monitor);
  reset_signals();
  if (dup2(log, STDERR_FILENO) < 0 || dup2(log, protocol::kRuntimeLogFd) < 0) _exit(127);
  syscall(SYS_close_range, protocol::kRuntimeLogFd + 1, ~0U, kCloseRangeCloseOnExec);
  execve(arguments[0], arguments, environ);
  die(log, "execute", arguments[0]);
}

void start_cleanup(const Plan& plan) {
  const protocol::PlanHeader& header = *plan.header;
  char* arguments[protocol::kMaxArguments + 1];
  if (!collect_list(plan, header.runtime, header.cleanup, arguments) || vfork() != 0) return;
  reset_signals();
  run_command(arguments);
}

int start_health_check(const Plan& plan) {
  const protocol::PlanHeader& header = *plan.header;
  char* arguments[protocol::kMaxArguments + 1];
  const uint32_t before = header.runtime + header.cleanup + header.restart_arguments;
  if (!collect_list(plan, before, header.health, arguments)) return -1;
  const pid_t pid = vfork();
  if (pid != 0) return pid;
  reset_signals();
  run_command(arguments);
}

void become_restart(const Plan& plan) {
  const protocol::PlanHeader& header = *plan.header;
  char* arguments[protocol::kMaxArguments + 1];
  const uint32_t before = header.runtime + header.cleanup;
  if (!collect_list(plan, before, header.restart_arguments, arguments)) return;
  // The working directory is about to be removed and made anew.
  if (chdir("/") < 0) return;
  reset_signals();
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  syscall(SYS_close_range, 3, ~0U, kCloseRangeCloseOnExec);
  execve(arguments[0], arguments, environ);
}

}  // namespace monitor
