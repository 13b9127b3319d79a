// SPDX-License-Identifier: Apache-2.0
// The record of a layer's tar: all of it but the data of files that lie in diff/, so that the tar
// can be given back byte for byte (the idea of tar-split). record.zst is a zstd stream of
//
//   "berth-record-1\n"
//   item ...    'r' SIZE BYTES                      as they stand in the tar
//               'f' SIZE PATH INODE COUNT (OFFSET SIZE)... CRC
//                                                   pieces of the file diff/PATH, one after the
//                                                   other; when a later entry replaced it, the file
//                                                   is replaced/INODE
//   'e'
//
// Numbers are little-endian groups of 7 bits, the last without the top bit; CRC is CRC-64/ECMA of
// the pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "storage/layer/tar_entry.hpp"

extern "C" struct ZSTD_CCtx_s;

namespace storage {

inline constexpr std::string_view kRecordMagic = "berth-record-1\n";

class RecordWriter {
 public:
  /// Makes the file.
  explicit RecordWriter(std::string path);

  void raw(std::string_view bytes);

  struct File {
    std::string_view path;
    std::uint64_t inode = 0;
    const std::vector<TarRange>& ranges;
    std::uint64_t crc = 0;
  };

  void file(const File& file);
  void finish();

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* stream) const;
  };

  void end_raw();
  void put_number(std::uint64_t value);
  void compress(bool last);

  std::string path_;
  base::UniqueFd fd_;
  std::unique_ptr<ZSTD_CCtx_s, Free> stream_;
  std::string raw_, pending_, output_;
};

/// CRC-64 of `size` more bytes.
std::uint64_t record_crc(std::uint64_t crc, const void* data, std::size_t size);

}  // namespace storage
