// SPDX-License-Identifier: Apache-2.0
#include "image/prune.hpp"

#include "image/blob_store.hpp"
#include "image/mount.hpp"
#include "storage/reserve.hpp"

namespace image {

namespace {

/// Decides and deletes inside one transaction, so that no container can come in between.
Removed take_rows_away(ImageStore& images, bool all, const Filter& filter) {
  Removed removed;
  images.store().database().transaction(storage::Sync::full, [&] {
    for (const auto& listed : select(images, filter)) {
      if (listed.containers > 0 || is_mounted(images.store(), listed.image.id) ||
          (!all && !listed.is_dangling()))
        continue;
      removed.untagged.insert(removed.untagged.end(), listed.names.begin(), listed.names.end());
      removed.untagged.insert(removed.untagged.end(), listed.digests.begin(), listed.digests.end());
      delete_image(images.store().database(), listed.image.id);
      removed.deleted.push_back(listed.image.id);
    }
  });
  return removed;
}

}  // namespace

Removed prune(ImageStore& images, const PruneOptions& options) {
  Filter filter = options.filter;
  const bool all = options.all || (filter.dangling && !*filter.dangling);
  filter.dangling.reset();
  filter.read_only = false;
  Removed removed;
  storage::with_reserve(images.store(), [&] {
    const Removed now = take_rows_away(images, all, filter);
    removed.untagged.insert(removed.untagged.end(), now.untagged.begin(), now.untagged.end());
    removed.deleted.insert(removed.deleted.end(), now.deleted.begin(), now.deleted.end());
    removed.freed += storage::LayerStore(images.store()).remove_unused();
    BlobStore(images.store()).sweep();
    images.store().sweep_staging();
  });
  return removed;
}

}  // namespace image
