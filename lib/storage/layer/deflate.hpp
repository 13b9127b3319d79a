// SPDX-License-Identifier: Apache-2.0
// Compression with gzip. The same bytes in give the same bytes out: no time and no name in the
// header.
#pragma once

#include <cstddef>
#include <memory>

#include "storage/layer/bytes.hpp"

extern "C" struct z_stream_s;

namespace storage {

class GzipWriter {
 public:
  /// What is compressed goes to `sink`.
  explicit GzipWriter(ByteSink sink, int level = 6);

  void write(const void* data, std::size_t size);

  /// Ends the stream. Called once.
  void finish();

 private:
  struct Free {
    void operator()(z_stream_s* stream) const;
  };

  void run(int flush);

  ByteSink sink_;
  std::unique_ptr<unsigned char[]> output_;
  std::unique_ptr<z_stream_s, Free> stream_;
};

}  // namespace storage
