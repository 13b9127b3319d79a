// SPDX-License-Identifier: Apache-2.0
// Signals as something to wait for beside other descriptors.
#pragma once

#include <csignal>
#include <optional>

#include "base/unique_fd.hpp"

namespace base {

/// While it lives, the signals of a set do not interrupt this (single-threaded) process: they are
/// read from here. SIGPIPE is ignored meanwhile.
class SignalFd {
 public:
  explicit SignalFd(const sigset_t& signals);
  SignalFd(const SignalFd&) = delete;
  SignalFd& operator=(const SignalFd&) = delete;
  ~SignalFd();

  int get() const { return fd_.get(); }

  /// The next signal that has arrived; nothing when none has.
  std::optional<int> take();

 private:
  sigset_t old_mask_{};

  struct sigaction old_pipe_ {};

  UniqueFd fd_;
};

}  // namespace base
