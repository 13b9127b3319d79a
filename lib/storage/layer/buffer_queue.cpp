// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/buffer_queue.hpp"

namespace storage {

BufferQueue::Buffer* BufferQueue::get_free() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return count_ < kBuffers || given_up_; });
  if (given_up_) return nullptr;
  Buffer& buffer = buffers_[(first_ + count_) % kBuffers];
  if (!buffer.bytes) buffer.bytes.reset(new char[kBufferSize]);
  return &buffer;
}

void BufferQueue::push() {
  {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  filled_.notify_one();
}

void BufferQueue::end(bool whole) {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    whole_ = whole;
  }
  filled_.notify_one();
}

const BufferQueue::Buffer* BufferQueue::pop() {
  std::unique_lock lock(mutex_);
  if (popped_) {
    popped_ = false;
    first_ = (first_ + 1) % kBuffers;
    --count_;
    freed_.notify_one();
  }
  filled_.wait(lock, [&] { return count_ > 0 || ended_; });
  if (count_ == 0) return nullptr;
  popped_ = true;
  return &buffers_[first_];
}

bool BufferQueue::is_whole() {
  const std::lock_guard lock(mutex_);
  return whole_;
}

void BufferQueue::give_up() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  freed_.notify_one();
}

}  // namespace storage
