// SPDX-License-Identifier: Apache-2.0
// berth-init: the first process of a container that was started with --init. It starts the command, hands every signal on
// to it, reaps what its descendants leave behind, and ends as the command did.
//
//   berth-init -- COMMAND [ARG...]
//
// It is executed inside of containers, whose images may hold nothing else: static, small, no C++ library.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int kNotFound = 127, kNotExecutable = 126;

void say(const char* command) {
  const char* const parts[] = {"[FATAL] exec ", command, " failed: ", strerror(errno), "\n"};
  for (const char* part : parts) {
    if (write(STDERR_FILENO, part, strlen(part)) < 0) return;
  }
}

/// A process group of its own, in front of the terminal if there is one, so that Ctrl-C reaches the command but not us.
[[noreturn]] void run(char** argv, const sigset_t& mask) {
  setpgid(0, 0);
  tcsetpgrp(STDIN_FILENO, getpgrp());  // SIGTTOU is blocked: this may be asked from the background
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  execvp(argv[0], argv);
  const int error = errno;
  say(argv[0]);
  _exit(error == ENOENT ? kNotFound : kNotExecutable);
}

int code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Reaps whatever has ended; true, with its exit code, once the command has.
bool reap(pid_t command, int& code) {
  bool ended = false;
  int status = 0;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid != command) continue;
    code = code_of(status);
    ended = true;
  }
  return ended;
}

}  // namespace

int main(int argc, char** argv) {
  int first = 1;
  if (first < argc && strcmp(argv[first], "--") == 0) ++first;
  if (first >= argc) return kNotFound;
  // Without a pid namespace of its own (--pid host) it is not the one that orphans come to.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t all, before;
  sigfillset(&all);
  // A fault of our own must end us.
  constexpr int kFaults[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS};
  for (const int fault : kFaults) sigdelset(&all, fault);
  sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t command = fork();
  if (command < 0) return kNotExecutable;
  if (command == 0) run(argv + first, before);
  for (int code = 0;;) {
    siginfo_t info;
    const int signal = sigwaitinfo(&all, &info);
    if (signal == SIGCHLD && reap(command, code)) return code;
    if (signal > 0 && signal != SIGCHLD) kill(command, signal);
  }
}
