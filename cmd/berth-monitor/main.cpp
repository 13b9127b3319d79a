// SPDX-License-Identifier: Apache-2.0
// berth-monitor: one process per running container. It starts the runtime, is the parent of the
// container's first process, moves its output to the log and to clients, and notes how it ended. It
// is started by berth only (lib/container/monitor.hpp), with all it needs in a plan
// (lib/container/monitor_protocol.hpp).
//
// It is built to be small: no C++ library, no heap, memory that is given back when nothing happens.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients.hpp"
#include "console.hpp"
#include "duties.hpp"
#include "log.hpp"
#include "outcome.hpp"
#include "plan.hpp"
#include "revive.hpp"
#include "starter.hpp"
#include "stdio.hpp"
#include "sys.hpp"
#include "watch.hpp"

namespace monitor {

namespace {

/// initialized: the container is made, and its first process waits to become the command.
enum class Phase { starting, initialized, running, ended };

struct {
  Plan plan;
  Phase phase;
  int runtime;  ///< pid of the runtime while it starts the container
  int init;     ///< pid of the container's first process
  bool begun;   ///< the runtime was told to run the command of one that was initialized
  Watch signals{-1, 0, Source::signals, 0};
  Watch runtime_log{-1, 0, Source::runtime_log, 0};
  Watch console{-1, 0, Source::console, 0};
  Watch oom{-1, 0, Source::oom, 0};
  bool restarts;   ///< the container has ended, and its policy wants it to run again
  bool cancelled;  ///< somebody has stopped it meanwhile
  protocol::ExitNotice end;
  char failure[4096];  ///< what the runtime said
  size_t failure_size;
} self;

/// Reads what the runtime says while it works, so that it never waits for us. Of much, the last is
/// kept.
void read_runtime_log() {
  for (;;) {
    if (self.failure_size == sizeof self.failure) {
      constexpr size_t kHalf = sizeof self.failure / 2;
      memmove(self.failure, self.failure + kHalf, kHalf);
      self.failure_size = kHalf;
    }
    const ssize_t n = read(self.runtime_log.fd,
                           self.failure + self.failure_size,
                           sizeof self.failure - self.failure_size);
    if (n == 0) self.runtime_log.close();
    if (n <= 0) return;
    self.failure_size += static_cast<size_t>(n);
  }
}

void receive_console() {
  const int terminal = receive_terminal(self.console.fd);
  if (terminal < 0) return;
  self.console.close();
  set_terminal(terminal);
}

/// Before anybody is told of the end: who starts the next container may want the same ports.
void release_ports() {
  const uint32_t held = self.plan.header->held;
  const uint32_t first = protocol::kFirstMountFd + self.plan.header->mounts;
  if (held > 0) syscall(SYS_close_range, first, first + held - 1, 0);
}

bool is_child(int pid) {
  siginfo_t info{};
  return pid > 0 && waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/// The container will not run: says why. Nothing of it is left but what the clean-up removes.
void fail(const char* text, size_t size) {
  self.phase = Phase::ended;
  if (is_child(self.init)) kill(self.init, SIGKILL);
  self.init = 0;
  release_ports();
  settle_clients();
  send_failed(text, size);
}

void fail(const char* what, const char* object) {
  const int error = errno;
  char buffer[512];
  Text text{buffer, sizeof buffer};
  text.add(what).add(" ").add(object);
  if (error != 0) text.add(": ").add(strerror(error));
  fail(buffer, text.size);
}

void fail_with_runtime_text(int status) {
  if (self.failure_size == 0) self.failure_size = read_failure(self.failure, sizeof self.failure);
  if (self.failure_size > 0) return fail(self.failure, self.failure_size);
  errno = 0;
  if (WIFSIGNALED(status)) return fail("the runtime was killed", strsignal(WTERMSIG(status)));
  fail("the runtime failed", "without saying why");
}

void end_container(int wait_status) {
  const bool ran = self.phase == Phase::running;
  self.phase = Phase::ended;
  self.init = 0;
  settle_clients();
  drain_output();
  release_ports();
  // Podman's exit code of what ran too long.
  const bool late = has_timed_out() && self.plan.has(protocol::kTimeoutIsMinusOne);
  const int code = late ? -1 : exit_code_of(wait_status);
  self.restarts = ran && wants_restart(self.plan, code);
  self.end = write_exit(code, self.restarts);
  send_exit(self.end);
}

/// Reaps all that has ended: children of the container's processes become ours when their parents
/// end.
void reap() {
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return;
    if (pid == self.init) end_container(status);
    note_ended(pid, status);
  }
}

/// Only a child's end can be waited for. crun may leave a process of its own behind for a moment, whose child the
/// container's first process is until it ends; then it becomes ours.
bool will_be_child(int pid) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (is_child(pid) || is_child(static_cast<int>(stat_field(pid, kParentField)))) return true;
  }
  return false;
}

void begin_run() {
  note_run_begins();
  begin_duties(self.plan);
  if (self.begun) change_duties();  // by an update meanwhile
  start_output();
}

/// The runtime has made the container, or run the command of one that it had made.
void runtime_succeeded() {
  errno = 0;
  if (!self.begun) self.init = read_pid_file(self.plan);
  if (!will_be_child(self.init)) return fail("no process of the container in", self.plan.pid_file);
  const bool waits = self.plan.has(protocol::kWaitForBegin) && !self.begun;
  if (!write_running(self.init, waits)) return fail("write", "the run state");
  self.phase = waits ? Phase::initialized : Phase::running;
  if (!self.begun) {
    self.oom.fd = open_oom(self.plan);
    self.oom.want(EPOLLPRI);
  }
  send_started();
  if (!waits) begin_run();
  reap();
}

void runtime_ended(int status) {
  if (self.runtime_log.fd >= 0) read_runtime_log();
  if (self.console.fd >= 0) receive_console();
  self.runtime_log.close();
  self.console.close();
  if (status != 0)
    fail_with_runtime_text(status);
  else
    runtime_succeeded();
}

/// The command of one that is initialized.
void begin() {
  self.begun = true;
  self.phase = Phase::starting;
  int log[2];
  errno = 0;
  if (pipe2(log, O_CLOEXEC) < 0) return fail("open", "a pipe");
  make_nonblocking(log[0]);
  self.runtime_log.fd = log[0];
  self.runtime_log.want(EPOLLIN);
  self.runtime = start_begin(self.plan, log[1]);
  close(log[1]);
  if (self.runtime < 0) fail("start", "the runtime");
}

void take_signal() {
  signalfd_siginfo info;
  while (read(self.signals.fd, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCHLD) continue;
    // Whoever ends the monitor means the container. One that waits for its command has no handler of anything.
    if (self.phase == Phase::running) kill(self.init, static_cast<int>(info.ssi_signo));
    if (self.phase == Phase::initialized) kill(self.init, SIGKILL);
    if (self.phase == Phase::ended) self.cancelled = true;
  }
  int status = 0;
  if (self.phase != Phase::starting) return reap();
  // Only the runtime: a process that has ended before we know the container's first one must stay a
  // zombie.
  if (waitpid(self.runtime, &status, WNOHANG) == self.runtime) runtime_ended(status);
}

void handle(const epoll_event& event) {
  const Source source = source_of(event.data.u64);
  switch (source) {
    case Source::signals:
      return take_signal();
    case Source::runtime_log:
      return read_runtime_log();
    case Source::console:
      return receive_console();
    case Source::listener:
      return accept_clients();
    case Source::oom:
      return note_oom();
    case Source::out:
      return pump(Stream::out);
    case Source::err:
      return pump(Stream::err);
    case Source::in:
      continue_input();
      break;
    case Source::client:
      serve_client(index_of(event.data.u64), event.events);
      break;
  }
  if (!input_waits()) resume_clients();
}

void shrink() {
  shrink_log();
  shrink_streams();
}

/// Serves until the container has ended.
void run_loop() {
  constexpr int kIdleMilliseconds = 500;
  epoll_event events[16];
  bool busy = true;
  while (self.phase != Phase::ended) {
    const int count = wait_events(events, 16, until_duty(busy ? kIdleMilliseconds : -1));
    if (count == 0 && busy) shrink();
    busy = count > 0;
    if (self.phase == Phase::running) do_duties(self.plan, self.init);
    // An event may concern what an earlier one of the same round has closed: all handlers bear
    // that.
    for (int i = 0; i < count && self.phase != Phase::ended; ++i) handle(events[i]);
    if (self.phase == Phase::initialized && begin_is_asked()) begin();
  }
}

void handle_clients(const epoll_event* events, int count) {
  for (int i = 0; i < count; ++i) {
    const Source source = source_of(events[i].data.u64);
    if (source == Source::client || source == Source::listener || source == Source::signals)
      handle(events[i]);
  }
}

/// Waits as the restart policy wants; whoever stops the container meanwhile signals us. Comes back when there is no
/// restart.
void run_restart() {
  const uint64_t deadline = now() + restart_delay_ms(self.plan) * 1000000;
  epoll_event events[16];
  while (!self.cancelled) {
    const uint64_t time = now();
    if (time >= deadline && !output_waits(/*for_later=*/false)) {
      become_restart(self.plan);
      break;
    }
    constexpr uint64_t kStep = 1000;
    const uint64_t left = time < deadline ? (deadline - time) / 1000000 + 1 : kStep;
    handle_clients(events, wait_events(events, 16, static_cast<int>(left)));
  }
  write_no_restart(self.end);
}

/// Lets clients take what waits for them and clean up. When none does, or the one that promised is
/// gone, the clean-up command is started: from then on whoever asks finds the container ended and
/// soon cleaned up.
void run_end() {
  constexpr uint64_t kPatience = 10'000'000'000;
  const uint64_t deadline = now() + kPatience;
  epoll_event events[16];
  bool cleaning = false;
  for (;;) {
    const bool promised = cleanup_is_promised();
    if (!promised && !cleaning && !cleanup_is_done()) start_cleanup(self.plan);
    cleaning = cleaning || !promised;
    if (!promised && !output_waits(/*for_later=*/now() < deadline)) return;
    const int count = wait_events(events, 16, 1000);
    handle_clients(events, count);
  }
}

bool open_signals() {
  sigset_t all, wanted;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  sigemptyset(&wanted);
  constexpr int kWanted[] = {SIGCHLD, SIGTERM, SIGINT, SIGQUIT};
  for (const int signal : kWanted) sigaddset(&wanted, signal);
  self.signals.fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  self.signals.want(EPOLLIN);
  return self.signals.fd >= 0;
}

/// Makes all that can fail before the container exists; says what failed.
const char* prepare(StartFds& fds) {
  int log[2];
  if (pipe2(log, O_CLOEXEC) < 0) return "a pipe";
  make_nonblocking(log[0]);
  self.runtime_log.fd = log[0];
  if (!open_streams(self.plan, log[1], fds)) return "a pipe";
  const bool journald = self.plan.header->log_format == protocol::LogFormat::journald;
  if (!open_log(self.plan)) return journald ? "journald's socket" : self.plan.log_path;
  if (!open_attach_socket()) return "the attach socket";
  if (!self.plan.has(protocol::kTty)) return nullptr;
  self.console.fd = listen_console();
  return self.console.fd < 0 ? "the console socket" : nullptr;
}

/// What was handed over would otherwise live as long as the monitor: mounts, and with passthrough
/// the container's own streams, whose other ends must see when the container closes them.
void release_inherited() {
  const int last = protocol::kFirstMountFd + static_cast<int>(self.plan.header->mounts) - 1;
  if (self.plan.header->mounts > 0) syscall(SYS_close_range, protocol::kFirstMountFd, last, 0);
  const uint32_t preserved = self.plan.header->preserved;
  const uint32_t first = static_cast<uint32_t>(last) + 1 + self.plan.header->held;
  if (preserved > 0) syscall(SYS_close_range, first, first + preserved - 1, 0);
  if (!self.plan.has(protocol::kPassthrough)) return;
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; ++fd) dup2(null, fd);
  close(null);
}

void start() {
  StartFds fds{};
  errno = 0;
  if (const char* what = prepare(fds)) return fail("open", what);
  self.runtime = start_runtime(self.plan, fds);
  if (self.runtime < 0) return fail("start", "the runtime");
  // The rest is done while the runtime works.
  close_container_ends(fds);
  release_inherited();
  self.runtime_log.want(EPOLLIN);
  self.console.want(EPOLLIN);
  prepare_outcome(self.plan);
}

/// The client notes this process where later commands look for it. When it was killed before, nothing may be
/// started that nobody could find.
bool is_wanted() {
  if (!self.plan.has(protocol::kWaitForGo)) return true;
  char frame;
  ssize_t n;
  do n = recv(protocol::kControlFd, &frame, 1, 0);
  while (n < 0 && errno == EINTR);
  return n == 1 && static_cast<protocol::FrameKind>(frame) == protocol::FrameKind::go;
}

int run() {
  fcntl(protocol::kControlFd, F_SETFD, FD_CLOEXEC);
  if (!read_plan(protocol::kPlanFd, self.plan) || !open_loop() || !open_signals()) return 1;
  close(protocol::kPlanFd);
  if (!is_wanted()) return 0;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  add_first_client(self.plan, protocol::kControlFd);
  start();
  run_loop();
  if (self.restarts) run_restart();
  run_end();
  unlink("attach");
  return 0;
}

}  // namespace

}  // namespace monitor

int main() {
  return monitor::run();
}
