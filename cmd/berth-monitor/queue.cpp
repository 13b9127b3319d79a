// SPDX-License-Identifier: Apache-2.0
#include "queue.hpp"

#include <string.h>
#include <sys/mman.h>

namespace monitor {

// In memory a packet is its size (4 bytes), its kind and its payload.

bool Queue::make_room(size_t size) {
  if (end_ + size <= capacity_) return true;
  if (begin_ > 0) {
    memmove(memory_, memory_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ + size <= capacity_) return true;
  }
  constexpr size_t kStep = 256 * 1024;
  const size_t capacity = (end_ + size + kStep - 1) / kStep * kStep;
  void* memory =
      memory_ ? mremap(memory_, capacity_, capacity, MREMAP_MAYMOVE)
              : mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  memory_ = static_cast<char*>(memory);
  capacity_ = capacity;
  return true;
}

bool Queue::add(uint8_t kind, const void* payload, size_t size) {
  const uint32_t packet = static_cast<uint32_t>(size + 1);
  if (!make_room(sizeof packet + packet)) return false;
  memcpy(memory_ + end_, &packet, sizeof packet);
  memcpy(memory_ + end_ + sizeof packet, &kind, 1);
  if (size > 0) memcpy(memory_ + end_ + sizeof packet + 1, payload, size);
  end_ += sizeof packet + packet;
  return true;
}

Queue::Packet Queue::front() const {
  uint32_t size;
  memcpy(&size, memory_ + begin_, sizeof size);
  return {memory_ + begin_ + sizeof size, size};
}

void Queue::pop() {
  begin_ += sizeof(uint32_t) + front().size;
  if (begin_ == end_) clear();
}

void Queue::clear() {
  if (memory_) munmap(memory_, capacity_);
  memory_ = nullptr;
  capacity_ = begin_ = end_ = 0;
}

}  // namespace monitor
