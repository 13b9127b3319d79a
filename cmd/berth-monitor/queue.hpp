// SPDX-License-Identifier: Apache-2.0
// Packets that wait for a client's socket: in memory mapped when the first comes and given back
// with the last.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace monitor {

class Queue {
 public:
  struct Packet {
    const char* data;  ///< kind, then payload
    size_t size;
  };

  bool is_empty() const { return begin_ == end_; }

  size_t size() const { return end_ - begin_; }

  /// Adds a packet; false when there is no memory.
  bool add(uint8_t kind, const void* payload, size_t size);

  /// The oldest packet; there must be one.
  Packet front() const;
  void pop();
  void clear();

 private:
  bool make_room(size_t size);

  char* memory_ = nullptr;
  size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace monitor
