// SPDX-License-Identifier: Apache-2.0
// The calling thread reads, hashes and inflates; a second one hashes the tar and makes the files.
#include "storage/layer/layer_writer.hpp"

#include <exception>
#include <pthread.h>
#include <signal.h>
#include <thread>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "storage/layer/buffer_queue.hpp"
#include "storage/layer/inflate.hpp"
#include "storage/layer/sha256.hpp"
#include "storage/layer/unpack.hpp"

namespace storage {
namespace {

using base::Kind;

/// The second thread. Ended and joined at scope end.
class UnpackThread {
 public:
  UnpackThread(BufferQueue& queue,
               const std::string& directory,
               Attributes attributes,
               const LayerLimits& limits)
      : queue_(queue) {
    // Signals are for the calling thread: it waits for the network, and must be woken.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::jthread([=, this, &limits] { run(directory, attributes, limits); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~UnpackThread() {
    if (!thread_.joinable()) return;
    queue_.end(/*whole=*/false);
    thread_.join();
  }

  /// Waits for the end; throws what the thread threw.
  void join() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

  const Unpacked& unpacked() const { return unpacked_; }

  const std::string& diff_id() const { return diff_id_; }

 private:
  void run(const std::string& directory, Attributes attributes, const LayerLimits& limits) {
    try {
      Sha256 hash;
      const auto chunks = [&]() -> std::string_view {
        const auto* buffer = queue_.pop();
        if (!buffer) return end();
        hash.update(buffer->bytes.get(), buffer->size);
        return {buffer->bytes.get(), buffer->size};
      };
      unpacked_ = unpack_layer(chunks, directory, attributes, limits);
      diff_id_ = hash.digest();
    } catch (...) {  // a thread's end lies between: join() throws it on
      failure_ = std::current_exception();
      queue_.give_up();
    }
  }

  /// When the first thread failed, there is nothing to unpack any more; its failure is what is
  /// told.
  std::string_view end() {
    if (!queue_.is_whole()) base::fail(Kind::corrupt, "the layer was cut off");
    return {};
  }

  BufferQueue& queue_;
  Unpacked unpacked_;
  std::string diff_id_;
  std::exception_ptr failure_;
  std::jthread thread_;
};

/// The first thread's work.
class Intake {
 public:
  Intake(const ByteSource& source, std::int64_t most, WrittenLayer& layer)
      : source_(source), most_(most), layer_(layer) {}

  void run(BufferQueue& queue) {
    Inflater inflater([this](void* buffer, std::size_t size) { return read(buffer, size); });
    layer_.compression = inflater.compression();
    for (;;) {
      BufferQueue::Buffer* buffer = queue.get_free();
      if (!buffer) return;  // the other thread failed, and will be asked why
      if (!fill(inflater, *buffer)) break;
      queue.push();
    }
    // A decoder may leave padding behind, which belongs to the digest.
    char rest[4096];
    while (read(rest, sizeof rest) > 0) {
    }
    layer_.digest = hash_.digest();
  }

 private:
  std::size_t read(void* buffer, std::size_t size) {
    base::check_interrupt();
    const std::size_t n = source_(buffer, size);
    hash_.update(buffer, n);
    layer_.compressed_size += static_cast<std::int64_t>(n);
    return n;
  }

  bool fill(Inflater& inflater, BufferQueue::Buffer& buffer) {
    buffer.size = 0;
    while (buffer.size < BufferQueue::kBufferSize) {
      const std::size_t n =
          inflater.read(buffer.bytes.get() + buffer.size, BufferQueue::kBufferSize - buffer.size);
      if (n == 0) break;
      buffer.size += n;
    }
    layer_.tar_size += static_cast<std::int64_t>(buffer.size);
    if (layer_.tar_size > most_)
      base::fail(Kind::corrupt, "the layer is larger than {} bytes", most_);
    return buffer.size > 0;
  }

  const ByteSource& source_;
  std::int64_t most_;
  WrittenLayer& layer_;
  Sha256 hash_;
};

}  // namespace

WrittenLayer write_layer(const ByteSource& source,
                         const std::string& directory,
                         Attributes attributes,
                         const LayerLimits& limits) {
  WrittenLayer layer;
  BufferQueue queue;
  UnpackThread thread(queue, directory, attributes, limits);
  Intake(source, limits.tar_size, layer).run(queue);
  queue.end(/*whole=*/true);
  thread.join();
  layer.diff_id = thread.diff_id();
  layer.size = thread.unpacked().size;
  layer.implicit_directories = thread.unpacked().implicit_directories;
  return layer;
}

}  // namespace storage
