// SPDX-License-Identifier: Apache-2.0
// Frames of the monitor's protocol on berth's side.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "container/monitor_protocol.hpp"
#include "container/streams.hpp"

namespace container {

struct Frame {
  protocol::FrameKind kind;
  std::string_view payload;  ///< leads into the receiver's buffer
};

/// Sends a frame, waiting for room if `wait`. False when there is no room now. A monitor that is
/// gone is no failure here: what it still had to say is read afterwards.
bool send_frame(int socket, protocol::FrameKind kind, std::string_view payload, bool wait = true);

template <typename Payload>
void send_frame_of(int socket, protocol::FrameKind kind, const Payload& payload) {
  send_frame(socket, kind, {reinterpret_cast<const char*>(&payload), sizeof payload});
}

/// From here on the monitor sends this client what the container writes.
void request_streams(int socket, const Streams& streams);

/// Receives frames of one connection.
class FrameReader {
 public:
  explicit FrameReader(int socket) : socket_(socket), buffer_(protocol::kMaxPayload + 1, '\0') {}

  /// Waits for the next frame; nothing when the monitor has closed the connection. A signal that
  /// was caught interrupts (base::check_interrupt).
  std::optional<Frame> next();

 private:
  int socket_;
  std::string buffer_;
};

}  // namespace container
