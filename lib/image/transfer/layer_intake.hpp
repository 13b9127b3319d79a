// SPDX-License-Identifier: Apache-2.0
// Layers of an archive on their way into the store.
#pragma once

#include <optional>
#include <string>

#include "image/transfer/archive_content.hpp"

namespace image {

class LayerIntake {
 public:
  explicit LayerIntake(storage::Store& store);

  /// The layer that the name of a member promises ("blobs/sha256/HEX", "HEX.tar"), when it is in
  /// the store; leased.
  std::optional<ArchivedLayer> find_known(const std::string& path);

  /// Unpacks into a fresh directory of staging/.
  ArchivedLayer unpack(const storage::ByteSource& source);

  storage::Store& store() { return store_; }

 private:
  storage::Store& store_;
  storage::Store::Staging staging_;
  int count_ = 0;
};

/// "a/./b" without leading slashes and dots; nothing when it leads out of the archive.
std::optional<std::string> member_path(const std::string& name);

/// Small files are kept up to this size.
inline constexpr std::int64_t kLargestText = std::int64_t{16} << 20;

}  // namespace image
