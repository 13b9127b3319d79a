// SPDX-License-Identifier: Apache-2.0
#include "stdio.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clients.hpp"
#include "sys.hpp"
#include "watch.hpp"

namespace monitor {

namespace {

constexpr size_t kPage = 4096;

alignas(kPage) char read_ahead[protocol::kMaxPayload];
// The byte in front of a frame's payload lies at the end of a page of its own, so that the payload
// is aligned.
alignas(kPage) char received[kPage + protocol::kMaxPayload];

struct Streams {
  Watch output[2] = {{-1, 0, Source::out, 0}, {-1, 0, Source::err, 0}};
  Watch input{-1, 0, Source::in, 0};
  bool tty;
  bool started;  ///< output is read
  bool paused;
  bool ending;                  ///< stdin closes when nothing waits any more
  size_t input_from, input_to;  ///< what of `received` waits for stdin
  protocol::WindowSize window;
} streams;

Watch& output(Stream stream) {
  return streams.output[static_cast<unsigned>(stream)];
}

/// Four times the usual room: fewer changes between the container and us. Only what is filled takes memory; a user who
/// has reached his share of pages keeps the usual size.
constexpr int kPipeSize = 256 * 1024;

bool make_pipe(int& read_end, int& write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return false;
  fcntl(ends[0], F_SETPIPE_SZ, kPipeSize);
  read_end = ends[0];
  write_end = ends[1];
  return true;
}

void watch_output() {
  const bool wanted = streams.started && !streams.paused;
  for (Watch& watch : streams.output) watch.want(wanted ? EPOLLIN : 0U);
}

void close_input() {
  streams.input.close();
  streams.input_from = streams.input_to = 0;
}

/// Reads once. Returns how much; 0 when there is nothing now, -1 at the end.
long read_output(Stream stream) {
  Watch& watch = output(stream);
  const ssize_t n = read(watch.fd, read_ahead, sizeof read_ahead);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (n > 0) {
    log_output(stream, read_ahead, static_cast<size_t>(n));
    send_output(stream, read_ahead, static_cast<size_t>(n));
    return n;
  }
  // A terminal's master answers EIO when the last process has closed its side.
  log_end(stream);
  watch.close();
  return -1;
}

/// Writes what waits for stdin as far as it goes.
void write_input() {
  while (streams.input_from < streams.input_to) {
    const ssize_t n = write(
        streams.input.fd, received + streams.input_from, streams.input_to - streams.input_from);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return streams.input.want(EPOLLOUT);
    if (n < 0) return close_input();  // the container has closed its stdin: what comes is dropped
    streams.input_from += static_cast<size_t>(n);
  }
  streams.input_from = streams.input_to = 0;
  if (streams.ending) return close_input();
  streams.input.want(0);
}

}  // namespace

bool open_streams(const Plan& plan, int runtime_log, StartFds& fds) {
  streams.tty = plan.has(protocol::kTty);
  streams.window = {plan.header->rows, plan.header->columns};
  fds = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, runtime_log};
  if (plan.has(protocol::kPassthrough)) return true;
  if (streams.tty) {
    fds.out = fds.err = runtime_log;  // the container has the terminal; this is the runtime's own
    return true;
  }
  for (const Stream stream : kStreams) {
    if (!make_pipe(output(stream).fd, stream == Stream::out ? fds.out : fds.err)) return false;
    make_nonblocking(output(stream).fd);
  }
  if (!plan.has(protocol::kOpenStdin)) return true;  // stays /dev/null
  if (!make_pipe(fds.in, streams.input.fd)) return false;
  make_nonblocking(streams.input.fd);
  return true;
}

void close_container_ends(StartFds& fds) {
  int* const ends[] = {&fds.in, &fds.out, &fds.err};
  for (int* fd : ends) {
    if (*fd > STDERR_FILENO && *fd != fds.log) close_fd(*fd);
  }
  close_fd(fds.log);
}

void set_terminal(int master) {
  output(Stream::out).fd = master;
  make_nonblocking(master);
  // Two descriptors, as epoll takes one only once: this one is watched for room.
  streams.input.fd = fcntl(master, F_DUPFD_CLOEXEC, 0);
  if (streams.window.rows != 0) set_window(streams.window);
  watch_output();
}

void set_window(protocol::WindowSize size) {
  streams.window = size;
  const winsize window = {size.rows, size.columns, 0, 0};
  if (streams.tty) ioctl(output(Stream::out).fd, TIOCSWINSZ, &window);
}

void start_output() {
  streams.started = true;
  watch_output();
}

void pump(Stream stream) {
  // A few times in a row, so that the other streams get their turn.
  for (int round = 0; round < 8 && output(stream).fd >= 0 && !streams.paused; ++round) {
    if (read_output(stream) < static_cast<long>(sizeof read_ahead)) return;
  }
}

void pause_output(bool paused) {
  if (streams.paused == paused) return;
  streams.paused = paused;
  watch_output();
}

void drain_output() {
  streams.paused = false;
  for (const Stream stream : kStreams) {
    // Processes outside of the first one's pid namespace may hold the stream, and even go on
    // writing.
    constexpr long kTerminalBuffer = 1 << 20;
    const int pipe_size = output(stream).fd < 0 ? 0 : fcntl(output(stream).fd, F_GETPIPE_SZ);
    for (long left = pipe_size > 0 ? pipe_size : kTerminalBuffer;
         output(stream).fd >= 0 && left > 0;) {
      const long n = read_output(stream);
      if (n <= 0) break;
      left -= n;
    }
    log_end(stream);
    output(stream).close();
  }
}

char* input_buffer() {
  return received + kPage - 1;
}

void take_input(size_t size) {
  if (streams.input.fd < 0) return;
  streams.input_from = kPage;
  streams.input_to = kPage + size;
  write_input();
}

bool input_waits() {
  return streams.input_from < streams.input_to;
}

void continue_input() {
  write_input();
}

void end_input() {
  if (streams.tty) return;  // a terminal ends when its user types so
  streams.ending = true;
  if (!input_waits()) close_input();
}

void drop_input() {
  close_input();
}

size_t read_failure(char* buffer, size_t size) {
  size_t used = 0;
  for (const Stream stream : kStreams) {
    const ssize_t n =
        output(stream).fd < 0 ? 0 : read(output(stream).fd, buffer + used, size - used);
    if (n > 0) used += static_cast<size_t>(n);
  }
  return used;
}

void shrink_streams() {
  madvise(read_ahead, sizeof read_ahead, MADV_DONTNEED);
  if (!input_waits()) madvise(received, sizeof received, MADV_DONTNEED);
}

}  // namespace monitor
