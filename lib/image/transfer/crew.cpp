// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/crew.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/interrupt.hpp"

namespace image {

namespace {

constexpr std::chrono::milliseconds kTick{100};

class Crew {
 public:
  Crew(std::size_t jobs, std::atomic<bool>& cancelled, const std::function<void(std::size_t)>& job)
      : jobs_(jobs), cancelled_(cancelled), job_(job) {}

  void start(int workers) {
    working_ = workers;
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }

  void wait(const std::function<void()>& tick) {
    std::unique_lock lock(mutex_);
    while (working_ > 0) {
      changed_.wait_for(lock, kTick);
      lock.unlock();
      if (base::is_interrupted()) cancelled_ = true;
      tick();
      lock.lock();
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work() {
    try {
      for (std::size_t i = next_++; i < jobs_ && !cancelled_; i = next_++) job_(i);
    } catch (const std::exception&) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      cancelled_ = true;
    }
    const std::lock_guard lock(mutex_);
    --working_;
    changed_.notify_all();
  }

  std::size_t jobs_;
  std::atomic<bool>& cancelled_;
  const std::function<void(std::size_t)>& job_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  int working_ = 0;
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;  // last: joined before all else goes
};

}  // namespace

void carry_out(std::size_t jobs,
               int parallel,
               std::atomic<bool>& cancelled,
               const std::function<void(std::size_t)>& job,
               const std::function<void()>& tick) {
  Crew crew(jobs, cancelled, job);
  crew.start(std::min(parallel, static_cast<int>(jobs)));
  crew.wait(tick);
  base::check_interrupt();
}

}  // namespace image
