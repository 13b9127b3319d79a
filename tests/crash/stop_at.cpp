// SPDX-License-Identifier: Apache-2.0
// Runs a command and kills one of its processes just before a given system call that changes something.
//
//   stop-at [--all] [--programs PREFIX] N COMMAND [ARG...]
//
// Counted are the calls of COMMAND and of all that it starts, in programs whose file name begins with PREFIX ("berth"), that
// change files, mounts, processes, locks or what others receive. The N-th is not made: its process gets SIGKILL; with --all,
// every program of that kind does. 0 kills nobody. When COMMAND has ended, what it left running goes on untraced. The
// last line on stderr is "stop-at: K calls" and, when somebody was killed, the name of the call. Exit code: COMMAND's, 137
// when it was the one.
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Call {
  long number;
  const char* name;
};

#define CALL(name) \
  { SYS_##name, #name }

constexpr Call kChanging[] = {
    CALL(write),
    CALL(pwrite64),
    CALL(writev),
    CALL(sendfile),
    CALL(copy_file_range),
    CALL(truncate),
    CALL(ftruncate),
    CALL(fallocate),
    CALL(mkdir),
    CALL(mkdirat),
    CALL(rmdir),
    CALL(unlink),
    CALL(unlinkat),
    CALL(rename),
    CALL(renameat),
    CALL(renameat2),
    CALL(link),
    CALL(linkat),
    CALL(symlink),
    CALL(symlinkat),
    CALL(mknod),
    CALL(mknodat),
    CALL(chmod),
    CALL(fchmod),
    CALL(fchmodat),
    CALL(chown),
    CALL(fchown),
    CALL(lchown),
    CALL(fchownat),
    CALL(setxattr),
    CALL(lsetxattr),
    CALL(fsetxattr),
    CALL(removexattr),
    CALL(fremovexattr),
    CALL(mount),
    CALL(umount2),
    CALL(move_mount),
    CALL(fsmount),
    CALL(open_tree),
    CALL(mount_setattr),
    CALL(unshare),
    CALL(setns),
    CALL(clone),
    CALL(clone3),
    CALL(fork),
    CALL(vfork),
    CALL(execve),
    CALL(kill),
    CALL(pidfd_send_signal),
    CALL(sendto),
    CALL(sendmsg),
    CALL(connect),
    CALL(bind),
    CALL(flock),
    CALL(fsync),
    CALL(syncfs),
    CALL(fdatasync),
    CALL(utimensat),
};

#undef CALL

/// Opening a file changes something when it may make or empty it.
const char* opening(const __ptrace_syscall_info& info, pid_t pid) {
  unsigned long flags = 0;
  if (info.entry.nr == SYS_open) flags = info.entry.args[1];
  if (info.entry.nr == SYS_openat) flags = info.entry.args[2];
  if (info.entry.nr == SYS_openat2) {
    errno = 0;
    const long word = ptrace(PTRACE_PEEKDATA, pid, info.entry.args[2], nullptr);
    if (errno == 0) flags = static_cast<unsigned long>(word);
  }
  return (flags & (O_CREAT | O_TRUNC)) != 0 ? "open to create" : nullptr;
}

/// The name of a call that changes something; nullptr for any other.
const char* changing(const __ptrace_syscall_info& info, pid_t pid) {
  const auto number = static_cast<long>(info.entry.nr);
  if (number == SYS_open || number == SYS_openat || number == SYS_openat2)
    return opening(info, pid);
  const auto found = std::find_if(std::begin(kChanging),
                                  std::end(kChanging),
                                  [&](const Call& call) { return call.number == number; });
  return found == std::end(kChanging) ? nullptr : found->name;
}

std::string program_of(pid_t pid) {
  std::array<char, 4096> target{};
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  const ssize_t length = readlink(link.c_str(), target.data(), target.size());
  const std::string_view path(target.data(), length < 0 ? 0 : static_cast<std::size_t>(length));
  return std::string(path.substr(path.rfind('/') + 1));
}

struct Request {
  bool all = false;
  std::string programs = "berth";
  long stop_at = 0;
  char** argv = nullptr;
};

class Tracer {
 public:
  explicit Tracer(const Request& request) : request_(request) {}

  int run() {
    start();
    int status = 0;
    for (;;) {
      const pid_t pid = waitpid(-1, &status, __WALL);
      if (pid < 0) return 125;
      if (WIFSTOPPED(status)) {
        traced_.insert(pid);
        stopped(pid, status);
        continue;
      }
      traced_.erase(pid);
      ours_.erase(pid);
      if (pid == main_) break;
    }
    tell();
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  void start() {
    std::array<int, 2> gate{};
    if (pipe(gate.data()) < 0) std::abort();
    main_ = fork();
    if (main_ == 0) {
      char ready = 0;
      close(gate[1]);
      while (read(gate[0], &ready, 1) < 0 && errno == EINTR) {
      }
      close(gate[0]);
      execvp(request_.argv[0], request_.argv);
      std::perror(request_.argv[0]);
      _exit(127);
    }
    constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                              PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    if (ptrace(PTRACE_SEIZE, main_, nullptr, kOptions) < 0) {
      std::perror("stop-at: trace");
      std::exit(125);
    }
    close(gate[0]);
    close(gate[1]);
    ptrace(PTRACE_INTERRUPT, main_, nullptr, nullptr);
  }

  bool is_ours(pid_t pid) {
    const auto known = ours_.find(pid);
    if (known != ours_.end()) return known->second;
    return ours_[pid] = program_of(pid).starts_with(request_.programs);
  }

  void stopped(pid_t pid, int status) {
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    long deliver = 0;
    if (signal == (SIGTRAP | 0x80)) {
      at_call(pid);
    } else if (event == PTRACE_EVENT_EXEC) {
      ours_.erase(pid);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      ptrace(PTRACE_LISTEN, pid, nullptr, nullptr);  // stopped with its group: stays so
      return;
    } else if (event == 0) {
      deliver = signal;
    }
    ptrace(PTRACE_SYSCALL, pid, nullptr, deliver);
  }

  void at_call(pid_t pid) {
    __ptrace_syscall_info info{};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY || !is_ours(pid)) {
      return;
    }
    const char* name = changing(info, pid);
    if (!name || ++calls_ != request_.stop_at) return;
    killed_at_ = program_of(pid) + ": " + name;
    if (request_.all) {
      for (const pid_t other : traced_)
        if (is_ours(other)) kill(other, SIGKILL);
    }
    kill(pid, SIGKILL);
  }

  void tell() const {
    std::fprintf(stderr,
                 "\nstop-at: %ld calls%s%s\n",
                 calls_,
                 killed_at_.empty() ? "" : ", killed at ",
                 killed_at_.c_str());
  }

  const Request& request_;
  pid_t main_ = -1;
  long calls_ = 0;
  std::string killed_at_;
  std::set<pid_t> traced_;
  std::map<pid_t, bool> ours_;
};

Request parse(int argc, char** argv) {
  Request request;
  int at = 1;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    const std::string_view word = argv[at];
    if (word == "--all")
      request.all = true;
    else if (word == "--programs" && at + 1 < argc)
      request.programs = argv[++at];
  }
  if (argc - at < 2) {
    std::fprintf(stderr, "usage: stop-at [--all] [--programs PREFIX] N COMMAND [ARG...]\n");
    std::exit(125);
  }
  request.stop_at = std::strtol(argv[at], nullptr, 10);
  request.argv = argv + at + 1;
  return request;
}

}  // namespace

int main(int argc, char** argv) {
  const Request request = parse(argc, argv);
  return Tracer(request).run();
}
