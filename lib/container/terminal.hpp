// SPDX-License-Identifier: Apache-2.0
// The user's terminal: its size, and raw mode while a container has it.
#pragma once

#include <optional>
#include <termios.h>

#include "container/monitor_protocol.hpp"

namespace container {

/// Nothing when the descriptor is no terminal.
std::optional<protocol::WindowSize> window_size(int fd);

/// Raw mode for as long as it lives; nothing happens when the descriptor is no terminal.
class RawTerminal {
 public:
  explicit RawTerminal(int fd);
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal();

 private:
  int fd_;
  std::optional<termios> old_;
};

}  // namespace container
