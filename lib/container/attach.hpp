// SPDX-License-Identifier: Apache-2.0
// Carrying a container's streams to and from this process, as one client of its monitor.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "base/signal_fd.hpp"
#include "container/detach_keys.hpp"
#include "container/monitor.hpp"
#include "container/monitor_frames.hpp"
#include "container/terminal.hpp"

namespace container {

/// One attachment. Nothing here blocks but the wait for any of its descriptors, so neither
/// direction can hold up the other, nor a signal.
class Attachment {
 public:
  Attachment(int socket,
             const Streams& streams,
             bool tty,
             const std::string& detach_keys,
             std::function<void(int)> forward);

  enum class End { exited, detached, lost };

  /// Runs to the end; `exit` is set when exited.
  End run(Exit& exit);

 private:
  void wait();
  void take_signals();
  void take_frame();
  void write_output();
  void read_input();
  void send_input();
  void send_size() const;

  int socket_;
  bool tty_;
  std::function<void(int)> forward_;
  base::SignalFd signals_;
  DetachMatcher matcher_;
  FrameReader reader_;
  bool input_open_;
  bool input_ends_ = false;             ///< after what is in input_
  std::string input_;                   ///< not sent yet
  std::array<std::size_t, 3> at_once_;  ///< per output descriptor
  std::array<base::UniqueFd, 3> pipes_ =
      {};  ///< our own, non-blocking, where stdout and stderr are pipes
  int output_fd_ = -1;
  std::string_view output_;  ///< not written yet; leads into the reader's buffer
  std::optional<End> end_;
  Exit exit_;
};

}  // namespace container
