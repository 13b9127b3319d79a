// SPDX-License-Identifier: Apache-2.0
// A layer's tar stream to a directory, in one pass: hash, inflate, hash, unpack, record.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/layer/bytes.hpp"
#include "storage/store.hpp"

namespace storage {

struct WrittenLayer {
  std::string digest;  ///< of the bytes as they came (compressed or not)
  std::int64_t compressed_size = 0;
  std::string compression;  ///< "gzip", "zstd", "xz", "bzip2" or "none"
  std::string diff_id;      ///< of the tar inside
  std::int64_t tar_size = 0;
  std::int64_t size = 0;  ///< bytes of the files unpacked
  /// Directories that the tar needs but has no entry for: they were made 0755, owned by root. "."
  /// is the root.
  std::vector<std::string> implicit_directories;
};

struct LayerLimits {
  std::int64_t tar_size = std::int64_t{1} << 40;
  std::int64_t entries = 20'000'000;
};

/// Unpacks into `directory`/diff and writes `directory`/record.zst. `directory` exists and is empty. Entries are
/// confined to diff/ whatever the tar says. Files that later entries of the same tar replaced are kept for the record
/// in `directory`/replaced, which seldom exists. Kind corrupt for a malformed stream, io when the disk fails, denied
/// for owners that the user namespace lacks. `source` is called from this thread; a second one makes the files, and
/// has ended when this returns or throws.
WrittenLayer write_layer(const ByteSource& source,
                         const std::string& directory,
                         Attributes attributes,
                         const LayerLimits& limits = {});

/// Gives back the layer's tar, byte for byte, from diff/ and record.zst. Kind corrupt when a file
/// was changed.
void read_layer_tar(const std::string& directory, const ByteSink& sink);

/// Makes in `directory`/diff the directories whose mode or owner the image must have from lower
/// layers, because `implicit[i]` (of layers[i], lowest first) had no entry for them. False when
/// there is nothing to mend; then nothing was made.
bool write_fixup(const std::vector<std::string>& layer_diffs,
                 const std::vector<std::vector<std::string>>& implicit,
                 const std::string& directory);

}  // namespace storage
