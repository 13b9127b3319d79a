// SPDX-License-Identifier: Apache-2.0
// A few buffers that go round between one thread that fills them and one that empties them.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace storage {

class BufferQueue {
 public:
  static constexpr std::size_t kBufferSize = 256 * 1024;
  static constexpr std::size_t kBuffers = 8;

  struct Buffer {
    std::unique_ptr<char[]> bytes;  ///< kBufferSize of them, made at first use
    std::size_t size = 0;
  };

  // The filling side.

  /// A free buffer; waits for one. Null when the other side has given up.
  Buffer* get_free();

  /// Hands over the buffer got last.
  void push();

  /// No more buffers come. `whole` is false after a failure: what came is not all there is.
  void end(bool whole);

  // The emptying side.

  /// The next buffer, valid until the next call; waits for one. Null at the end.
  const Buffer* pop();

  /// Whether end(true) was called; known once pop() gave null.
  bool is_whole();

  /// Wakes the filling side up, to stop.
  void give_up();

 private:
  std::array<Buffer, kBuffers> buffers_;
  std::mutex mutex_;
  std::condition_variable filled_, freed_;
  std::size_t first_ = 0;  ///< the oldest filled buffer
  std::size_t count_ = 0;  ///< filled ones, the popped one among them
  bool popped_ = false;    ///< the oldest is being emptied
  bool ended_ = false, whole_ = false, given_up_ = false;
};

}  // namespace storage
