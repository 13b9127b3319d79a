// SPDX-License-Identifier: Apache-2.0
// Decompression of a stream whose form is told from its first bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "storage/layer/bytes.hpp"

namespace storage {

/// One compressed form.
class Decoder {
 public:
  virtual ~Decoder() = default;

  /// Like a ByteSource: up to `size` bytes, 0 at the end. Kind corrupt for malformed or truncated
  /// data.
  virtual std::size_t read(void* buffer, std::size_t size) = 0;
};

/// Reads gzip (of several members), zstd (of several frames), xz, bzip2 or plain bytes.
class Inflater {
 public:
  /// Reads the first bytes of `source` at once.
  explicit Inflater(ByteSource source);

  /// Up to `size` bytes, 0 at the end.
  std::size_t read(void* buffer, std::size_t size) { return decoder_->read(buffer, size); }

  /// "gzip", "zstd", "xz", "bzip2" or "none".
  const std::string& compression() const { return compression_; }

 private:
  std::string compression_;
  std::unique_ptr<Decoder> decoder_;
};

/// The same as a ByteSource, for those who need not know the form.
ByteSource inflate(ByteSource source);

// The forms, for Inflater: igzip, libzstd, and xz and bzip2 by libarchive's filters.
std::unique_ptr<Decoder> make_gzip_decoder(ByteSource source);
std::unique_ptr<Decoder> make_zstd_decoder(ByteSource source);
std::unique_ptr<Decoder> make_archive_decoder(ByteSource source, const std::string& compression);

}  // namespace storage
