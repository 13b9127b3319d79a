// SPDX-License-Identifier: Apache-2.0
#include "container/attach.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"

namespace container {

namespace {

using protocol::FrameKind;

/// All that docker forwards, without those that stop and continue for the terminal's sake or that
/// tell of a bug.
sigset_t forwarded_signals() {
  sigset_t set;
  sigfillset(&set);
  for (const int signal : {SIGCHLD,
                           SIGPIPE,
                           SIGURG,
                           SIGSTOP,
                           SIGKILL,
                           SIGTTIN,
                           SIGTTOU,
                           SIGWINCH,
                           SIGSEGV,
                           SIGBUS,
                           SIGFPE,
                           SIGILL,
                           SIGTRAP,
                           SIGABRT,
                           SIGSYS}) {
    sigdelset(&set, signal);
  }
  return set;
}

/// Without forwarding: those that end a command, so that the terminal is restored first.
sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&set, signal);
  return set;
}

sigset_t wanted_signals(bool tty, bool forwards) {
  sigset_t set = forwards ? forwarded_signals() : ending_signals();
  if (tty) sigaddset(&set, SIGWINCH);
  return set;
}

/// A descriptor of our own for the pipe behind `fd`, which never waits: as much is written at once as there is room.
/// O_NONBLOCK on `fd` itself would be seen by all who share it. Nothing when it is no pipe, or not ours to open.
base::UniqueFd reopen_pipe(int fd) {
  struct stat file {};

  if (::fstat(fd, &file) < 0 || !S_ISFIFO(file.st_mode)) return {};
  try {
    return base::open_file(fmt::format("/proc/self/fd/{}", fd), O_WRONLY | O_NONBLOCK);
  } catch (const base::Error&) {
    return {};
  }
}

/// How much may be written to a descriptor that is ready without waiting: a pipe that is has room
/// for PIPE_BUF.
std::size_t writable_at_once(int fd) {
  struct stat file {};

  return ::fstat(fd, &file) == 0 && S_ISREG(file.st_mode) ? protocol::kMaxPayload : PIPE_BUF;
}

template <typename Payload>
Payload payload_of(const Frame& frame) {
  Payload payload{};
  if (frame.payload.size() < sizeof payload)
    base::fail(base::Kind::corrupt, "the monitor sent a frame that is too short");
  std::memcpy(&payload, frame.payload.data(), sizeof payload);
  return payload;
}

Exit exit_of(const Frame& frame) {
  const auto notice = payload_of<protocol::ExitNotice>(frame);
  return {.code = notice.code,
          .oom_killed = notice.oom_killed != 0,
          .finished = base::Moment(std::chrono::nanoseconds(notice.finished))};
}

/// The end of a connection that brought no exit: the container's may be on disk, or the monitor was
/// killed, or this client was too slow.
Exit exit_of_lost(const std::string& directory) {
  if (const auto exit = read_exit(directory)) return *exit;
  const auto running = read_running(directory);
  // A process that is being killed closes its descriptors a little before it counts as ended.
  constexpr int kDyingMilliseconds = 200;
  const auto monitor = running ? running->monitor.open() : std::nullopt;
  if (monitor && !base::wait_for_exit(monitor->get(), kDyingMilliseconds)) {
    base::fail(base::Kind::io, "the container's output came faster than it was taken");
  }
  // It may have written the exit before it died.
  if (const auto exit = read_exit(directory)) return *exit;
  constexpr int kKilled = 137;  // as state_of() says
  return {kKilled, false, base::now(), /*assumed=*/true};
}

}  // namespace

Attachment::Attachment(int socket,
                       const Streams& streams,
                       bool tty,
                       const std::string& detach_keys,
                       std::function<void(int)> forward)
    : socket_(socket),
      tty_(tty),
      forward_(std::move(forward)),
      signals_(wanted_signals(tty, forward_ != nullptr)),
      matcher_(tty ? detach_keys : std::string()),
      reader_(socket),
      input_open_(streams.in),
      at_once_{0, writable_at_once(STDOUT_FILENO), writable_at_once(STDERR_FILENO)} {
  request_streams(socket, streams);
  if (tty) send_size();
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    pipes_[fd] = reopen_pipe(fd);
    if (pipes_[fd]) at_once_[fd] = protocol::kMaxPayload;
  }
}

void Attachment::send_size() const {
  if (const auto size = own_window_size()) send_frame_of(socket_, FrameKind::resize, *size);
}

Attachment::End Attachment::run(Exit& exit) {
  while (!end_) wait();
  exit = exit_;
  return *end_;
}

void Attachment::wait() {
  const bool writes = !output_.empty();
  const bool sends = !input_.empty() || input_ends_;
  const auto socket_events = (writes ? 0 : POLLIN) | (sends ? POLLOUT : 0);
  pollfd polled[4] = {{signals_.get(), POLLIN, 0},
                      {socket_events ? socket_ : -1, static_cast<short>(socket_events), 0},
                      {writes ? output_fd_ : -1, POLLOUT, 0},
                      {input_open_ && !sends ? STDIN_FILENO : -1, POLLIN, 0}};
  if (::poll(polled, 4, -1) < 0) {
    if (errno != EINTR) base::sys_fail("wait for the container");
    return base::check_interrupt();
  }
  if (polled[0].revents) take_signals();
  if (polled[1].revents & POLLOUT) send_input();
  if (polled[2].revents) write_output();
  if (polled[3].revents) read_input();
  if (!writes && (polled[1].revents & ~POLLOUT)) take_frame();
}

void Attachment::take_signals() {
  while (const auto signal = signals_.take()) {
    if (*signal == SIGWINCH)
      send_size();
    else if (forward_)
      forward_(*signal);
    else
      throw base::Interrupted(*signal);
  }
}

void Attachment::take_frame() {
  const auto frame = reader_.next();
  if (!frame) {
    end_ = End::lost;
  } else if (frame->kind == FrameKind::out || frame->kind == FrameKind::err) {
    output_fd_ = frame->kind == FrameKind::out ? STDOUT_FILENO : STDERR_FILENO;
    output_ = frame->payload;
    // What never waits need not be asked before.
    if (pipes_[output_fd_]) write_output();
  } else if (frame->kind == FrameKind::exit) {
    exit_ = exit_of(*frame);
    end_ = End::exited;
  }
}

void Attachment::write_output() {
  const int fd = pipes_[output_fd_] ? pipes_[output_fd_].get() : output_fd_;
  const ssize_t n = ::write(fd, output_.data(), std::min(output_.size(), at_once_[output_fd_]));
  if (n >= 0)
    output_.remove_prefix(static_cast<std::size_t>(n));
  else if (errno != EAGAIN && errno != EINTR)
    base::sys_fail("write /dev/std{}", output_fd_ == STDOUT_FILENO ? "out" : "err");
}

void Attachment::read_input() {
  char buffer[protocol::kMaxPayload];
  const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n > 0) input_ = matcher_.feed({buffer, static_cast<std::size_t>(n)});
  if (matcher_.is_complete()) input_open_ = false;
  if (n <= 0) {
    input_ = matcher_.take_held();
    input_open_ = false;
    input_ends_ = true;
  }
  send_input();
}

/// Sends what was read, unless the monitor takes no more at present; then what it was the last of.
void Attachment::send_input() {
  while (!input_.empty()) {
    const auto part = std::string_view(input_).substr(0, protocol::kMaxPayload);
    if (!send_frame(socket_, FrameKind::input, part, /*wait=*/false)) return;
    input_.erase(0, part.size());
  }
  if (matcher_.is_complete()) end_ = End::detached;
  if (input_ends_ && send_frame(socket_, FrameKind::input_end, {}, /*wait=*/false))
    input_ends_ = false;
}

std::optional<Exit> MonitorClient::attach(const Streams& streams,
                                          bool tty,
                                          const std::string& detach_keys,
                                          const std::function<void(int signal)>& forward) {
  std::optional<RawTerminal> raw;
  Attachment attachment(socket(), streams, tty, detach_keys, forward);
  if (tty && streams.in) raw.emplace(STDIN_FILENO);
  Exit exit;
  switch (attachment.run(exit)) {
    case Attachment::End::detached:
      return std::nullopt;
    case Attachment::End::lost:
      return exit_of_lost(directory_);
    case Attachment::End::exited:
      break;
  }
  return exit;
}

Exit MonitorClient::wait_exit() {
  FrameReader reader(socket());
  while (const auto frame = reader.next()) {
    if (frame->kind == FrameKind::exit) return exit_of(*frame);
  }
  return exit_of_lost(directory_);
}

}  // namespace container
