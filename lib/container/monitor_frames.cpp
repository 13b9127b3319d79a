// SPDX-License-Identifier: Apache-2.0
#include "container/monitor_frames.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"

namespace container {

bool send_frame(int socket, protocol::FrameKind kind, std::string_view payload, bool wait) {
  iovec parts[2] = {{&kind, 1}, {const_cast<char*>(payload.data()), payload.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  const int flags = MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT);
  if (base::retry([&] { return ::sendmsg(socket, &message, flags); }) >= 0) return true;
  if (errno == EAGAIN) return false;
  if (errno == EPIPE || errno == ECONNRESET) return true;
  base::sys_fail("send to the monitor");
}

void request_streams(int socket, const Streams& streams) {
  const protocol::AttachRequest request{
      protocol::kVersion, streams.in, streams.out, streams.err, 0};
  send_frame_of(socket, protocol::FrameKind::attach, request);
}

std::optional<Frame> FrameReader::next() {
  for (;;) {
    const ssize_t n = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (n > 0) {
      const auto size = static_cast<std::size_t>(n);
      return Frame{static_cast<protocol::FrameKind>(buffer_[0]),
                   std::string_view(buffer_).substr(1, size - 1)};
    }
    if (n == 0) return std::nullopt;
    // A reset says that the monitor ended without reading all of ours; what it sent comes after it.
    if (errno != EINTR && errno != ECONNRESET) base::sys_fail("receive from the monitor");
    base::check_interrupt();
  }
}

}  // namespace container
