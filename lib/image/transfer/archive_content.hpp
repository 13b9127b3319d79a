// SPDX-License-Identifier: Apache-2.0
// What an image archive holds, whatever it lies in: a tar stream that is read once, front to back,
// or a directory.
//
// A stream does not tell beforehand which of its members are layers: what looks like one is
// unpacked into staging/ as it comes, what looks like JSON is kept in memory, all else is passed
// over. Names, links, sizes and contents are hostile: nothing is written outside staging/, and what
// is kept is bounded.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "storage/layer/bytes.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/layer_store.hpp"
#include "storage/store.hpp"

namespace image {

/// A layer of an archive: unpacked in staging/, or in the store already.
struct ArchivedLayer {
  storage::WrittenLayer written;  ///< of one in the store, only digest (when known) and diff_id
  std::string directory;          ///< empty: in the store, leased
};

class ArchiveContent {
 public:
  virtual ~ArchiveContent() = default;

  /// A small file; nothing when there is none.
  virtual std::optional<std::string> text(const std::string& path) = 0;

  /// A layer. Kind corrupt when there is none at that path, or when it cannot be unpacked.
  virtual ArchivedLayer& layer(const std::string& path) = 0;
};

/// Reads a tar archive, plain or compressed, to its end.
std::unique_ptr<ArchiveContent> read_archive(storage::Store& store, storage::ByteSource source);

/// Reads from a directory (an OCI layout, or what `save --format docker-dir` makes) what is asked
/// for.
std::unique_ptr<ArchiveContent> open_archive_directory(storage::Store& store,
                                                       const std::string& path);

}  // namespace image
