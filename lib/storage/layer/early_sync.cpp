// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/early_sync.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace storage {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Clock::duration kPause = std::chrono::milliseconds(150);

/// A slow disk is left alone for longer than it was busy for us.
constexpr int kPausesPerSync = 2;

}  // namespace

EarlySync::EarlySync(const std::string& path)
    : path_(path),
      fd_(base::open_file(path, O_RDONLY | O_DIRECTORY)),
      thread_([this] { work(); }) {}

EarlySync::~EarlySync() {
  stop();
}

void EarlySync::finish() {
  stop();
  if (error_ == 0) return;
  errno = error_;
  base::sys_fail("sync {}", path_);
}

void EarlySync::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void EarlySync::work() {
  std::unique_lock lock(mutex_);
  Clock::duration pause = kPause;
  while (!stopping_.wait_for(lock, pause, [this] { return stop_; })) {
    lock.unlock();
    const auto begin = Clock::now();
    const int error = ::syncfs(fd_.get()) < 0 ? errno : 0;
    pause = std::max(kPause, kPausesPerSync * (Clock::now() - begin));
    lock.lock();
    if (error_ == 0) error_ = error;
  }
}

}  // namespace storage
