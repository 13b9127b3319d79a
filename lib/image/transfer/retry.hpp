// SPDX-License-Identifier: Apache-2.0
// How often, and after which pauses, a request that failed on the way is made again.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/interrupt.hpp"

namespace image {

struct RetryLimits {
  int retries = 3;
  std::chrono::milliseconds first_pause{500};  ///< doubles each time
  std::chrono::milliseconds longest_asked{
      30'000};  ///< a server that wants a longer pause is given up
};

/// The state of one undertaking. Failures of kind io are worth a retry, all others are final.
class Patience {
 public:
  Patience(RetryLimits limits, const std::atomic<bool>* cancelled)
      : limits_(limits), cancelled_(cancelled) {}

  /// What a Retry-After asked for, before the failure is thrown.
  void ask_for(std::chrono::seconds pause) { asked_ = pause; }

  /// Something came: what failed before counts no more.
  void progressed() { failures_ = 0; }

  /// After a failure: waits and returns, or throws it (or what cancelled the waiting) on.
  void wait_or_throw(const base::Error& failure) {
    const auto asked = std::exchange(asked_, {});
    if (failure.kind() != base::Kind::io || failures_ >= limits_.retries ||
        asked > limits_.longest_asked)
      throw failure;
    const auto pause = std::max(limits_.first_pause * (1 << failures_++), asked);
    const auto until = std::chrono::steady_clock::now() + pause;
    while (std::chrono::steady_clock::now() < until) {
      base::check_interrupt();
      if (cancelled_ && *cancelled_) throw failure;
      std::this_thread::sleep_for(
          std::min<std::chrono::milliseconds>(pause, std::chrono::milliseconds(50)));
    }
  }

 private:
  RetryLimits limits_;
  const std::atomic<bool>* cancelled_;
  int failures_ = 0;
  std::chrono::milliseconds asked_{};
};

}  // namespace image
