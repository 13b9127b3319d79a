// SPDX-License-Identifier: Apache-2.0
#include "base/process.hpp"

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace base {

ExitStatus ExitStatus::from_wait(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

ExitStatus Child::wait() {
  int status = 0;
  const pid_t pid = std::exchange(pid_, 0);
  if (retry([&] { return ::waitpid(pid, &status, 0); }) < 0) sys_fail("wait for process {}", pid);
  return ExitStatus::from_wait(status);
}

namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const auto& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

/// All that the child needs, computed before vfork: after it nothing may allocate or throw.
struct Plan {
  int program;  // instead of path when not -1
  const char* path;
  char** argv;
  char** envp;
  const char* directory;
  std::vector<int> sources;  // what becomes descriptor 0, 1, 2, 3 ...
  bool new_session, new_group;
};

/// Runs in the child of a vfork, on the parent's memory: only system calls. Returns what failed.
int start(const Plan& plan, int* moved) {
  sigset_t none;
  sigemptyset(&none);

  struct sigaction standard {};

  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < 32; ++signal) ::sigaction(signal, &standard, nullptr);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (plan.new_session) ::setsid();
  if (plan.new_group) ::setpgid(0, 0);
  const int count = static_cast<int>(plan.sources.size());
  // First above all targets, then down: a source that is itself a target would be overwritten.
  for (int i = 0; i < count; ++i) {
    moved[i] = -1;
    if (plan.sources[static_cast<std::size_t>(i)] < 0) continue;
    moved[i] = ::fcntl(plan.sources[static_cast<std::size_t>(i)], F_DUPFD_CLOEXEC, count + 3);
    if (moved[i] < 0) return errno;
  }
  for (int i = 0; i < count; ++i) {
    if (moved[i] < 0)
      ::close(i);
    else if (::dup2(moved[i], i) < 0)
      return errno;
  }
  // Whatever else is open stays behind, also what some library opened without CLOEXEC.
  ::syscall(SYS_close_range, count, ~0U, 0x4 /* CLOSE_RANGE_CLOEXEC */);
  if (plan.directory && ::chdir(plan.directory) < 0) return errno;
  if (plan.program >= 0)
    ::syscall(SYS_execveat, plan.program, "", plan.argv, plan.envp, AT_EMPTY_PATH);
  else
    ::execve(plan.path, plan.argv, plan.envp);
  return errno;
}

}  // namespace

std::optional<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (::access(name.c_str(), X_OK) == 0) return name;
    return std::nullopt;
  }
  const std::string path =
      environment("PATH").value_or("/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin";
  for (const auto& directory : split(path, ':')) {
    const std::string candidate = directory + "/" + name;
    if (!directory.empty() && ::access(candidate.c_str(), X_OK) == 0 && !is_directory(candidate))
      return candidate;
  }
  return std::nullopt;
}

Child spawn(const Command& command) {
  const auto path =
      command.program < 0 ? find_program(command.argv.at(0)) : std::optional(command.argv.at(0));
  if (!path) fail(Kind::not_found, "{}: no such program", command.argv[0]);
  UniqueFd null;
  if (command.in < 0) null = open_file("/dev/null", O_RDONLY);
  std::vector<int> sources = {command.in < 0 ? null.get() : command.in,
                              command.out < 0 ? STDOUT_FILENO : command.out,
                              command.err < 0 ? STDERR_FILENO : command.err};
  sources.insert(sources.end(), command.pass.begin(), command.pass.end());
  auto argv = pointers(command.argv);
  std::vector<char*> env;
  if (command.env) env = pointers(*command.env);
  std::vector<int> moved(sources.size());
  UniqueFd program;  // above all that becomes one of the child's
  if (command.program >= 0) {
    const int least = static_cast<int>(sources.size()) + 3;
    program = UniqueFd(::fcntl(command.program, F_DUPFD_CLOEXEC, least));
    if (!program) sys_fail("start {}", command.argv[0]);
  }
  const Plan plan{program.get(),
                  path->c_str(),
                  argv.data(),
                  command.env ? env.data() : environ,
                  command.directory.empty() ? nullptr : command.directory.c_str(),
                  std::move(sources),
                  command.new_session,
                  command.new_group};
  sigset_t all, old;
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &old);  // no handler of ours may run on the shared stack
  volatile int error = 0;
  const pid_t pid = ::vfork();
  if (pid == 0) {
    error = start(plan, moved.data());
    ::_exit(127);
  }
  const int fork_error = errno;
  ::sigprocmask(SIG_SETMASK, &old, nullptr);
  if (pid < 0) throw_errno(fork_error, "start " + command.argv[0]);
  if (error != 0) {
    ::waitpid(pid, nullptr, 0);
    throw_errno(error, "start " + command.argv[0]);
  }
  return {pid};
}

namespace {

/// Moves bytes both ways until both outputs are at their end.
void exchange(UniqueFd in, std::string_view input, UniqueFd out, UniqueFd err, Captured& captured) {
  if (input.empty()) in.reset();
  if (in) ::fcntl(in.get(), F_SETFL, O_NONBLOCK);
  while (out || err) {
    pollfd polled[3] = {{in.get(), POLLOUT, 0}, {out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}};
    if (::poll(polled, 3, -1) < 0 && errno != EINTR) sys_fail("wait for a program's output");
    if (in && polled[0].revents) {
      const ssize_t n = ::write(in.get(), input.data(), input.size());
      if (n > 0) input.remove_prefix(static_cast<std::size_t>(n));
      if (input.empty() || (n < 0 && errno != EAGAIN && errno != EINTR)) in.reset();
    }
    for (auto [fd, events, text] : {std::tuple{&out, polled[1].revents, &captured.out},
                                    std::tuple{&err, polled[2].revents, &captured.err}}) {
      if (!*fd || !events) continue;
      char buffer[8192];
      const ssize_t n = retry([&, f = fd] { return ::read(f->get(), buffer, sizeof buffer); });
      if (n <= 0)
        fd->reset();
      else
        text->append(buffer, static_cast<std::size_t>(n));
    }
  }
}

}  // namespace

Captured run_captured(Command command, const std::string& input) {
  Pipe in = make_pipe(), out = make_pipe(), err = make_pipe();
  command.in = in.read.get();
  command.out = out.write.get();
  command.err = err.write.get();

  // A program that ends without reading must not kill us.
  struct sigaction ignore {
  }, old{};

  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &old);
  Child child = spawn(command);
  in.read.reset();
  out.write.reset();
  err.write.reset();
  Captured captured;
  exchange(std::move(in.write), input, std::move(out.read), std::move(err.read), captured);
  captured.status = child.wait();
  ::sigaction(SIGPIPE, &old, nullptr);
  return captured;
}

std::string executable_directory() {
  const std::string self = read_link("/proc/self/exe").value_or("/usr/bin/berth");
  return self.substr(0, self.find_last_of('/'));
}

}  // namespace base
