// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include <zstd.h>

#include "base/error.hpp"
#include "storage/layer/inflate.hpp"

namespace storage {
namespace {

using base::Kind;

/// Frames one after the other, skippable ones among them. The window is bounded by libzstd's
/// default (128 MiB).
class ZstdDecoder : public Decoder {
 public:
  explicit ZstdDecoder(ByteSource source)
      : source_(std::move(source)),
        stream_(::ZSTD_createDStream()),
        input_(::ZSTD_DStreamInSize()) {
    if (!stream_) throw std::bad_alloc();
  }

  std::size_t read(void* buffer, std::size_t size) override {
    ZSTD_outBuffer out{buffer, size, 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size && !full_) {
        in_ = {input_.data(), source_(input_.data(), input_.size()), 0};
        if (in_.size == 0) return end();
      }
      const std::size_t left = ::ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (::ZSTD_isError(left)) {
        base::fail(Kind::corrupt, "zstd data is malformed: {}", ::ZSTD_getErrorName(left));
      }
      between_frames_ = left == 0;
      // A full buffer may mean that more waits inside, without new input.
      full_ = out.pos == out.size && !between_frames_;
    }
    return out.pos;
  }

 private:
  std::size_t end() const {
    if (!between_frames_) base::fail(Kind::corrupt, "zstd data ends too early");
    return 0;
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ::ZSTD_freeDStream(stream); }
  };

  ByteSource source_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  std::vector<char> input_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool between_frames_ = true, full_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_zstd_decoder(ByteSource source) {
  return std::make_unique<ZstdDecoder>(std::move(source));
}

}  // namespace storage
