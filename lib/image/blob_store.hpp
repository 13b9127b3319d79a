// SPDX-License-Identifier: Apache-2.0
// Manifests, indexes and configs, byte for byte, in blobs/sha256/HEX.
//
// Blobs have no rows of their own: one is needed while an image row names it (id, manifest or a
// digest in a repository). A blob is written before the transaction that names it, and that
// transaction looks again whether it is still there: sweep() runs inside a transaction, too, so the
// two never overlap.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "storage/store.hpp"

namespace image {

class BlobStore {
 public:
  explicit BlobStore(storage::Store& store) : store_(store) {}

  /// Kind not_found names the digest.
  std::string get(const std::string& digest);
  std::optional<std::string> find(const std::string& digest);

  /// Writes what is missing, each by a rename; not synced. `blobs` is by digest.
  void put(const std::map<std::string, std::string>& blobs);

  /// Removes blobs that no image names.
  void sweep();

 private:
  std::string path(const std::string& digest) const;

  storage::Store& store_;
};

}  // namespace image
