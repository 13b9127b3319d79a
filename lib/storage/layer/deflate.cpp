// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/deflate.hpp"

#include <algorithm>
#include <utility>

#include <zlib.h>

#include "base/error.hpp"

namespace storage {
namespace {

constexpr std::size_t kOutputSize = 128 * 1024;
constexpr int kGzipWrapper = 16;

}  // namespace

GzipWriter::GzipWriter(ByteSink sink, int level)
    : sink_(std::move(sink)), output_(std::make_unique<unsigned char[]>(kOutputSize)) {
  auto stream = std::make_unique<z_stream_s>();
  if (::deflateInit2(
          stream.get(), level, Z_DEFLATED, MAX_WBITS + kGzipWrapper, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    base::fail(base::Kind::usage, "start gzip with level {}", level);
  }
  stream_.reset(stream.release());
}

void GzipWriter::Free::operator()(z_stream_s* stream) const {
  ::deflateEnd(stream);
  delete stream;
}

void GzipWriter::write(const void* data, std::size_t size) {
  stream_->next_in = static_cast<unsigned char*>(const_cast<void*>(data));
  while (size > 0) {
    const auto piece = std::min<std::size_t>(size, 1U << 30);  // zlib counts in 32 bits
    stream_->avail_in = static_cast<unsigned>(piece);
    run(Z_NO_FLUSH);
    size -= piece;
  }
}

void GzipWriter::finish() {
  run(Z_FINISH);
}

void GzipWriter::run(int flush) {
  do {
    stream_->next_out = output_.get();
    stream_->avail_out = kOutputSize;
    ::deflate(stream_.get(), flush);
    const std::size_t made = kOutputSize - stream_->avail_out;
    if (made > 0) sink_(output_.get(), made);
  } while (stream_->avail_out == 0);
}

}  // namespace storage
