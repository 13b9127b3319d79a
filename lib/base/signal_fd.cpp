// SPDX-License-Identifier: Apache-2.0
#include "base/signal_fd.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace base {

SignalFd::SignalFd(const sigset_t& signals)
    : fd_(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)) {
  if (!fd_) sys_fail("make a descriptor of signals");
  ::sigprocmask(SIG_BLOCK, &signals, &old_mask_);

  struct sigaction ignore {};

  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &old_pipe_);
}

SignalFd::~SignalFd() {
  ::sigaction(SIGPIPE, &old_pipe_, nullptr);
  ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

std::optional<int> SignalFd::take() {
  signalfd_siginfo info;
  const ssize_t n = retry([&] { return ::read(fd_.get(), &info, sizeof info); });
  if (n != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace base
