// SPDX-License-Identifier: Apache-2.0
// Writes a tar archive: ustar headers, pax records where they do not suffice. The same entries give
// the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/layer/bytes.hpp"
#include "storage/layer/tar_entry.hpp"

namespace storage {

class TarWriter {
 public:
  explicit TarWriter(ByteSink sink) : sink_(std::move(sink)) {}

  /// Starts an entry. A file's `size` bytes must follow by write(). Not for sparse entries.
  void begin(const TarEntry& entry);

  /// Data of the file begun; kind bug when more than announced.
  void write(const void* data, std::size_t size);

  /// A whole file owned by root.
  void add_file(const std::string& name,
                std::string_view content,
                mode_t mode = 0644,
                std::time_t mtime = 0);
  void add_directory(const std::string& name, mode_t mode = 0755, std::time_t mtime = 0);
  void add_symlink(const std::string& name, const std::string& target, std::time_t mtime = 0);

  /// Writes the end mark. Kind bug when the last file is short of data.
  void finish();

 private:
  void end_entry();
  void put(std::string_view bytes);
  void put_padding(std::int64_t size);

  ByteSink sink_;
  std::int64_t left_ = 0, padding_ = 0;
};

}  // namespace storage
