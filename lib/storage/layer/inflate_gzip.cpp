// SPDX-License-Identifier: Apache-2.0
// gzip by ISA-L, about three times as fast as zlib: decompression is what limits a pull.
#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <isa-l/igzip_lib.h>

#include "base/error.hpp"
#include "storage/layer/inflate.hpp"

namespace storage {
namespace {

using base::Kind;

/// Fixed fields, extra field of up to 64 KiB, name and comment.
constexpr std::size_t kLargestHeader = 80 * 1024;

class GzipDecoder : public Decoder {
 public:
  explicit GzipDecoder(ByteSource source) : source_(std::move(source)), input_(128 * 1024) {
    start_member();
  }

  std::size_t read(void* buffer, std::size_t size) override {
    size = std::min<std::size_t>(size, 1U << 30);
    state_->next_out = static_cast<std::uint8_t*>(buffer);
    state_->avail_out = static_cast<std::uint32_t>(size);
    while (state_->avail_out == size && !finished_) step();
    return size - state_->avail_out;
  }

 private:
  /// igzip forgets what it has read of a member's header when its input ends there: give it the header whole.
  void gather_header() {
    std::size_t size = state_->avail_in;
    if (size > 0) std::memmove(input_.data(), state_->next_in, size);
    while (size < kLargestHeader && !ended_) {
      const std::size_t n = source_(input_.data() + size, input_.size() - size);
      ended_ = n == 0;
      size += n;
    }
    state_->next_in = input_.data();
    state_->avail_in = static_cast<std::uint32_t>(size);
  }

  void start_member() {
    gather_header();
    const auto* next_in = state_->next_in;
    const auto avail_in = state_->avail_in;
    auto* next_out = state_->next_out;
    const auto avail_out = state_->avail_out;
    ::isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
    state_->next_in = const_cast<std::uint8_t*>(next_in);
    state_->avail_in = avail_in;
    state_->next_out = next_out;
    state_->avail_out = avail_out;
  }

  /// Decodes until some output came or input is needed.
  void step() {
    if (state_->block_state == ISAL_BLOCK_FINISH) return end_member();
    if (state_->avail_in == 0) fill();
    const auto before_in = state_->avail_in;
    const auto before_out = state_->avail_out;
    const int result = ::isal_inflate(state_.get());
    if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT) fail_for(result);
    // Output may still be kept inside although no input was left, so only a step without any effect
    // at the end of the input shows that something is missing.
    if (ended_ && before_in == 0 && state_->avail_out == before_out &&
        state_->block_state != ISAL_BLOCK_FINISH) {
      base::fail(Kind::corrupt, "gzip data ends too early");
    }
  }

  /// Another member may follow, or zeros that fill up a block of a tape.
  void end_member() {
    if (state_->avail_in == 0) fill();
    if (state_->avail_in == 0) {
      finished_ = true;
    } else if (*state_->next_in == 0x1f) {
      start_member();
    } else {
      skip_zeros();
    }
  }

  void skip_zeros() {
    for (; state_->avail_in > 0; fill()) {
      const auto* end = state_->next_in + state_->avail_in;
      if (std::any_of(state_->next_in, state_->next_in + (end - state_->next_in), [](auto byte) {
            return byte != 0;
          })) {
        base::fail(Kind::corrupt, "gzip data is followed by something else");
      }
      state_->avail_in = 0;
    }
    finished_ = true;
  }

  void fill() {
    if (ended_) return;
    state_->next_in = input_.data();
    state_->avail_in = static_cast<std::uint32_t>(source_(input_.data(), input_.size()));
    ended_ = state_->avail_in == 0;
  }

  [[noreturn]] static void fail_for(int result) {
    if (result == ISAL_INCORRECT_CHECKSUM)
      base::fail(Kind::corrupt, "gzip data has a wrong checksum");
    if (result == ISAL_INVALID_WRAPPER || result == ISAL_UNSUPPORTED_METHOD) {
      base::fail(Kind::corrupt, "gzip data has a malformed header");
    }
    base::fail(Kind::corrupt, "gzip data is malformed");
  }

  ByteSource source_;
  std::vector<std::uint8_t> input_;
  std::unique_ptr<inflate_state> state_ = std::make_unique<inflate_state>();
  bool ended_ = false, finished_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_gzip_decoder(ByteSource source) {
  return std::make_unique<GzipDecoder>(std::move(source));
}

}  // namespace storage
