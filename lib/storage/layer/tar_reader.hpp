// SPDX-License-Identifier: Apache-2.0
// Reads a tar archive from a stream: V7, ustar, pax, GNU, star; sparse files of all four kinds. It
// takes what Go's archive/tar takes (and so docker), and keeps names as bytes: no locale plays a
// part. Written here rather than by libarchive since every byte that is not a file's data must be
// kept to give the archive back as it came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "storage/layer/bytes.hpp"
#include "storage/layer/tar_entry.hpp"

namespace storage {

class TarReader {
 public:
  /// Gives the next bytes, valid until it is called again; empty at the end.
  using Chunks = std::function<std::string_view()>;

  explicit TarReader(Chunks chunks) : chunks_(std::move(chunks)) {}

  /// Reads from `source` with a buffer of its own.
  explicit TarReader(ByteSource source);

  /// The next entry, skipping what was not read of the one before; false at the end mark or where
  /// the data end between two entries. Kind corrupt for a malformed archive.
  bool next(TarEntry& entry);

  /// The next piece of the entry's payload, valid until the next call of anything here; empty at
  /// its end.
  std::string_view data();

  /// What comes behind the end mark, piece by piece; empty at the end.
  std::string_view rest();

  /// From here on, what is no payload is kept for take_raw().
  void keep_raw() { keep_raw_ = true; }

  /// All bytes read that were no payload (headers, padding, the end mark), since the last call.
  std::string take_raw();

 private:
  friend class TarEntryReader;

  /// Up to `most` bytes from the stream, empty at its end.
  std::string_view take(std::int64_t most);

  /// The next 512 bytes, kept as raw; null at a clean end. Valid until the next call.
  const char* take_block();

  /// `size` bytes and the padding behind them, kept as raw.
  std::string take_special(std::int64_t size);
  void skip_padding();

  Chunks chunks_;
  std::string_view chunk_;
  char block_[512];
  std::string raw_;
  bool keep_raw_ = false;
  std::int64_t position_ = 0;  ///< in the stream, for messages
  std::int64_t left_ = 0, padding_ = 0;
};

}  // namespace storage
