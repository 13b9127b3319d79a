// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "duties.hpp"
#include "queue.hpp"
#include "stdio.hpp"
#include "sys.hpp"
#include "watch.hpp"

namespace monitor {

namespace {

using protocol::FrameKind;

constexpr uint32_t kMaxClients = 32;
constexpr size_t kMaxLag = 1 << 20;  ///< of a client that did not start the container

struct Client {
  Watch watch;
  Queue queue;
  bool in, out, err;
  bool held;     ///< not read until stdin takes more
  bool broken;   ///< takes no output any more
  bool claimed;  ///< cleans up
};

struct {
  Client all[kMaxClients];
  Watch listener{-1, 0, Source::listener, 0};
  uint32_t starter;  ///< who starts the container, in `all`
  bool stdin_once;
  bool open_stdin;
  bool begin_asked;
  bool cleaned;
  bool settled;  ///< no input and no waiting for the starting client any more
  bool ended;
  protocol::ExitNotice notice;
} clients;

bool is_used(const Client& client) {
  return client.watch.fd >= 0;
}

Client& starter() {
  return clients.all[clients.starter];
}

bool is_starter(const Client& client) {
  return &client == &starter();
}

void watch_client(Client& client) {
  client.watch.want((client.held ? 0U : EPOLLIN) | (client.queue.is_empty() ? 0U : EPOLLOUT));
}

void update_pause() {
  pause_output(!clients.settled && is_used(starter()) && !starter().queue.is_empty());
}

void close_client(Client& client) {
  if (client.in && clients.stdin_once) end_input();
  client.watch.close();
  client.queue.clear();
  client.claimed = client.held = false;
  update_pause();
}

void stop_output(Client& client) {
  client.broken = true;
  client.queue.clear();
}

bool send_now(Client& client, FrameKind kind, const void* payload, size_t size) {
  iovec parts[2] = {{&kind, 1}, {const_cast<void*>(payload), size}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  if (sendmsg(client.watch.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
  if (errno == EAGAIN || errno == ENOBUFS) return false;
  stop_output(client);  // it is gone; what it sent before is still read
  return true;
}

void send_frame(Client& client, FrameKind kind, const void* payload, size_t size) {
  if (!is_used(client) || client.broken) return;
  if (client.queue.is_empty() && send_now(client, kind, payload, size)) return;
  const bool fits = is_starter(client) || client.queue.size() + size <= kMaxLag;
  if (!fits || !client.queue.add(static_cast<uint8_t>(kind), payload, size))
    return close_client(client);
  watch_client(client);
  if (is_starter(client)) update_pause();
}

void send_waiting(Client& client) {
  while (!client.queue.is_empty()) {
    const Queue::Packet packet = client.queue.front();
    if (!send_now(client, static_cast<FrameKind>(packet.data[0]), packet.data + 1, packet.size - 1))
      break;
    if (!client.queue.is_empty()) client.queue.pop();  // not when that send found the client gone
  }
  watch_client(client);
  if (is_starter(client)) update_pause();
}

template <typename Payload>
bool read_payload(const char* frame, size_t size, Payload& payload) {
  if (size < 1 + sizeof payload) return false;
  memcpy(&payload, frame + 1, sizeof payload);
  return true;
}

void attach(Client& client, const protocol::AttachRequest& request) {
  client.in = request.in != 0 && clients.open_stdin;
  client.out = request.out != 0;
  client.err = request.err != 0;
}

/// Acts on a frame; unknown ones come from newer clients and mean nothing here.
void take_frame(Client& client, const char* frame, size_t size) {
  protocol::AttachRequest request;
  protocol::WindowSize window;
  switch (static_cast<FrameKind>(frame[0])) {
    case FrameKind::attach:
      if (read_payload(frame, size, request)) attach(client, request);
      break;
    case FrameKind::input:
      if (client.in && !clients.settled) take_input(size - 1);
      break;
    case FrameKind::input_end:
      if (client.in && clients.stdin_once) end_input();
      break;
    case FrameKind::resize:
      if (read_payload(frame, size, window)) set_window(window);
      break;
    case FrameKind::claim:
      client.claimed = true;
      break;
    case FrameKind::cleaned:
      client.claimed = false;
      clients.cleaned = true;
      break;
    case FrameKind::duties:
      change_duties();
      break;
    case FrameKind::begin:
      if (!clients.begin_asked) clients.starter = client.watch.index;
      clients.begin_asked = true;
      break;
    default:
      break;
  }
}

/// Receives one frame; 0 when there is none now, -1 when the client is gone.
long receive(Client& client, char* buffer, size_t size, int flags) {
  ssize_t n;
  // A reset only says that the client ended without reading all; what it sent comes after it.
  do n = recv(client.watch.fd, buffer, size, flags | MSG_DONTWAIT);
  while (n < 0 && errno == ECONNRESET);
  if (n > 0) return n;
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/// Reads and acts on one frame; false when there is no more to read now.
bool serve_frame(Client& client) {
  // While stdin is full, the buffer of input frames is in use; all other frames are short.
  char brief[64];
  char* buffer = input_waits() ? brief : input_buffer();
  const size_t capacity = input_waits() ? sizeof brief : protocol::kMaxPayload + 1;
  if (input_waits()) {
    const long peeked = receive(client, brief, 1, MSG_PEEK);
    // Nothing yet: what comes from here on is not seen, and may well be input.
    if (peeked == 0) return false;
    if (peeked > 0 && static_cast<FrameKind>(brief[0]) == FrameKind::input) {
      client.held = true;
      watch_client(client);
      return false;
    }
  }
  const long n = receive(client, buffer, capacity, 0);
  if (n < 0) close_client(client);
  if (n <= 0) return false;
  take_frame(client, buffer, static_cast<size_t>(n));
  return true;
}

void serve_input(Client& client) {
  for (int round = 0; round < 4 && is_used(client) && serve_frame(client); ++round) continue;
}

void send_ended(Client& client) {
  send_frame(client, FrameKind::exit, &clients.notice, sizeof clients.notice);
}

}  // namespace

void add_first_client(const Plan& plan, int control) {
  for (uint32_t i = 0; i < kMaxClients; ++i) clients.all[i].watch = {-1, 0, Source::client, i};
  clients.stdin_once = plan.has(protocol::kStdinOnce);
  clients.open_stdin = plan.has(protocol::kOpenStdin);
  Client& first = clients.all[0];
  first.watch.fd = control;
  first.claimed = plan.has(protocol::kClaimed);
  first.in = plan.has(protocol::kAttachIn) && clients.open_stdin;
  first.out = plan.has(protocol::kAttachOut);
  first.err = plan.has(protocol::kAttachErr);
  watch_client(first);
}

bool open_attach_socket() {
  const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{AF_UNIX, "attach"};  // relative: long paths do not fit into an address
  unlink("attach");
  const mode_t mask = umask(0177);
  const bool bound =
      fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  umask(mask);
  if (!bound || listen(fd, 64) < 0) return false;
  clients.listener.fd = fd;
  clients.listener.want(EPOLLIN);
  return true;
}

void accept_clients() {
  for (;;) {
    const int fd = accept4(clients.listener.fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    uint32_t i = 1;
    while (i < kMaxClients && is_used(clients.all[i])) ++i;
    if (i == kMaxClients) {
      close(fd);
      continue;
    }
    clients.all[i] = Client{};
    clients.all[i].watch = {fd, 0, Source::client, i};
    watch_client(clients.all[i]);
    if (clients.ended) send_ended(clients.all[i]);
  }
}

void serve_client(uint32_t index, uint32_t events) {
  Client& client = clients.all[index];
  if (!is_used(client)) return;
  if (events & EPOLLOUT) send_waiting(client);
  if (client.held) {
    // Gone, but what it sent waits: it is read to its end when stdin takes more.
    if (events & (EPOLLHUP | EPOLLERR)) stop_output(client);
    return watch_client(client);
  }
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) serve_input(client);
}

void resume_clients() {
  for (Client& client : clients.all) {
    if (!is_used(client) || !client.held) continue;
    client.held = false;
    watch_client(client);
  }
}

void send_output(Stream stream, const char* data, size_t size) {
  const bool is_err = stream == Stream::err;
  for (Client& client : clients.all) {
    if (is_err ? client.err : client.out)
      send_frame(client, is_err ? FrameKind::err : FrameKind::out, data, size);
  }
}

void send_started() {
  send_frame(starter(), FrameKind::started, nullptr, 0);
}

void send_failed(const char* text, size_t size) {
  send_frame(starter(),
             FrameKind::failed,
             text,
             size < protocol::kMaxPayload ? size : protocol::kMaxPayload);
}

void settle_clients() {
  clients.settled = true;
  drop_input();
  resume_clients();
  accept_clients();
  // Bounded: one that never stops sending must not keep the others from learning of the end.
  constexpr int kMostWaitingFrames = 1024;
  for (Client& client : clients.all) {
    for (int i = 0; i < kMostWaitingFrames && is_used(client) && serve_frame(client); ++i) continue;
  }
}

void send_exit(const protocol::ExitNotice& notice) {
  clients.notice = notice;
  clients.ended = true;
  for (Client& client : clients.all) send_ended(client);
}

bool begin_is_asked() {
  return clients.begin_asked;
}

bool cleanup_is_promised() {
  if (clients.cleaned) return false;
  for (const Client& client : clients.all) {
    if (is_used(client) && client.claimed) return true;
  }
  return false;
}

bool cleanup_is_done() {
  return clients.cleaned;
}

bool output_waits(bool for_later) {
  for (const Client& client : clients.all) {
    if (is_used(client) && !client.queue.is_empty() && (is_starter(client) || for_later))
      return true;
  }
  return false;
}

}  // namespace monitor
