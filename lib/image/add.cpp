// SPDX-License-Identifier: Apache-2.0
// A new image made visible: blobs, one sync of the file system, one transaction.
#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "image/blob_store.hpp"
#include "image/image_store.hpp"
#include "image/remove.hpp"
#include "storage/reserve.hpp"

namespace image {

namespace {

std::int64_t nanoseconds(base::Moment moment) {
  return moment.time_since_epoch().count();
}

/// One sync for all: the layers that were unpacked and the blobs.
void sync_file_system(const std::string& path) {
  const base::UniqueFd fd = base::open_file(path, O_RDONLY | O_DIRECTORY);
  if (::syncfs(fd.get()) < 0) base::sys_fail("sync {}", path);
}

/// What is written of one new image; made before the transaction begins.
class Addition {
 public:
  Addition(storage::Store& store, const NewImage& image) : store_(store), new_(image) {
    const Config config = base::from_json_text<Config>(image.config_bytes, "image config");
    row_.id = base::sha256_digest(image.config_bytes);
    row_.manifest = base::sha256_digest(image.manifest_bytes);
    row_.media_type = image.manifest_media_type;
    row_.platform = {config.os, config.architecture, config.variant};
    row_.created = base::parse_rfc3339(config.created).value_or(base::Moment{});
    row_.added = base::now();
    row_.labels = config.config.labels;
    blobs_ = image.blobs;
    for (const auto& [digest, bytes] : blobs_) {
      if (base::sha256_digest(bytes) != digest)
        base::fail(base::Kind::corrupt, "blob {} has another digest", digest);
    }
    blobs_[row_.id] = image.config_bytes;
    blobs_[row_.manifest] = image.manifest_bytes;
  }

  const std::string& id() const { return row_.id; }

  void write_blobs() {
    BlobStore(store_).put(blobs_);
    sync_file_system(store_.paths().graphroot());
  }

  void write_rows() {
    // A removal may have swept our blobs before anything named them; from here on nobody else can.
    BlobStore blobs(store_);
    for (const auto& [digest, bytes] : blobs_) {
      if (!blobs.find(digest)) return write_blobs(), write_rows();
    }
    row_.size = size_of_layers();
    write_image();
    write_layers();
    write_names();
    storage::LayerStore(store_).end_leases();
  }

 private:
  std::int64_t size_of_layers() {
    storage::LayerStore layers(store_);
    std::int64_t size = 0;
    for (const auto& id : new_.layer_ids) {
      const auto layer = layers.find(id);
      if (!layer) base::fail(base::Kind::bug, "layer {} of the new image is not in the store", id);
      size += layer->size;
    }
    return size;
  }

  void write_image() {
    storage::Database& db = store_.database();
    db.execute(
        "INSERT OR IGNORE INTO images(id, manifest, media_type, os, architecture, variant, "
        "created, added, size, "
        "labels) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row_.id,
        row_.manifest,
        row_.media_type,
        row_.platform.os,
        row_.platform.architecture,
        row_.platform.variant,
        nanoseconds(row_.created),
        nanoseconds(row_.added),
        row_.size,
        base::to_json(row_.labels).dump());
    if (new_.repository_digests.empty()) return;
    // The manifest that a registry knows is worth more than one that was made up for an archive
    // without.
    db.execute(
        "UPDATE images SET manifest = ?2, media_type = ?3 WHERE id = ?1 AND manifest <> ?2 "
        "AND NOT EXISTS (SELECT 1 FROM digests WHERE image = ?1)",
        row_.id,
        row_.manifest,
        row_.media_type);
  }

  void write_layers() {
    storage::Database& db = store_.database();
    int position = 0;
    for (const auto& layer : new_.layer_ids) {
      db.execute("INSERT OR IGNORE INTO image_layers(image, position, layer) VALUES (?, ?, ?)",
                 row_.id,
                 position++,
                 layer);
    }
  }

  void write_names() {
    storage::Database& db = store_.database();
    for (const auto& [repository, digest] : new_.repository_digests) {
      db.execute("INSERT OR REPLACE INTO digests(repository, digest, image) VALUES (?, ?, ?)",
                 repository,
                 digest,
                 row_.id);
    }
    for (const auto& name : new_.names) {
      give_name(db, name.with_default_tag().full(), row_.id, row_.added);
    }
  }

  storage::Store& store_;
  const NewImage& new_;
  Image row_;
  std::map<std::string, std::string> blobs_;
};

}  // namespace

Image ImageStore::add(const NewImage& image) {
  Addition addition(store_, image);
  addition.write_blobs();
  store_.database().transaction(storage::Sync::full, [&] { addition.write_rows(); });
  storage::keep_reserve(store_);
  return *find_by_id(addition.id());
}

}  // namespace image
