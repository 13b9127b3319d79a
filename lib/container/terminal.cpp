// SPDX-License-Identifier: Apache-2.0
#include "container/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.hpp"

namespace container {

std::optional<protocol::WindowSize> window_size(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) < 0) return std::nullopt;
  return protocol::WindowSize{size.ws_row, size.ws_col};
}

RawTerminal::RawTerminal(int fd) : fd_(fd) {
  termios mode{};
  if (::tcgetattr(fd, &mode) < 0) return;
  old_ = mode;
  ::cfmakeraw(&mode);
  if (::tcsetattr(fd, TCSANOW, &mode) < 0) base::sys_fail("set the terminal to raw mode");
}

RawTerminal::~RawTerminal() {
  // At once: waiting for output to be written could last forever on a terminal stopped by Ctrl-S.
  if (old_) ::tcsetattr(fd_, TCSANOW, &*old_);
}

}  // namespace container
