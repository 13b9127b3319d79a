// SPDX-License-Identifier: Apache-2.0
// Images that are here: rows, names, digests and blobs. Nothing in here talks to a registry or unpacks a layer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "image/oci.hpp"
#include "image/reference.hpp"
#include "storage/layer_store.hpp"
#include "storage/store.hpp"

namespace image {

struct Image {
  std::string id;           ///< digest of its config, "sha256:…"
  std::string manifest;     ///< digest of its manifest
  std::string media_type;   ///< of that manifest
  Platform platform;
  base::Moment created, added;
  std::int64_t size = 0;
  std::map<std::string, std::string> labels;
};

/// A new image, ready to be made visible. Its layers are in the layer store under leases of this process.
struct NewImage {
  std::string manifest_bytes, manifest_media_type;
  std::string config_bytes;
  std::vector<std::string> layer_ids;  ///< lowest first, fix-up layers included
  std::vector<Reference> names;        ///< tags it gets; a name that pointed elsewhere moves
  /// Digests it is known by: the manifest's and, when it came through one, the index's.
  std::vector<std::pair<std::string, std::string>> repository_digests;
  /// Further blobs to keep, by digest: the index it came from.
  std::map<std::string, std::string> blobs;
};

class ImageStore {
 public:
  explicit ImageStore(storage::Store& store) : store_(store) {}

  /// Finds by name (familiar or full; no tag: latest), by name@digest, by id or unique prefix of an id.
  /// Kind usage when a prefix is ambiguous.
  std::optional<Image> find(const std::string& text);

  /// The same; kind not_found "No such image: x:latest" when missing.
  Image get(const std::string& text);

  std::optional<Image> find_by_id(const std::string& id);
  std::vector<Image> list();

  /// Full names ("docker.io/library/busybox:1") that point at an image.
  std::vector<std::string> names(const std::string& id);

  /// "repository@sha256:…" entries of an image.
  std::vector<std::string> repository_digests(const std::string& id);

  std::string blob(const std::string& digest);
  std::optional<std::string> find_blob(const std::string& digest);
  Config config(const Image& image);

  /// Makes blobs durable, then in one transaction the image with its layers, names and digests. Ends the leases.
  Image add(const NewImage& image);

  void tag(const std::string& id, const Reference& name);

  /// Takes a name away; false when there is no such name.
  bool untag(const std::string& full_name);

  /// Removes the rows and blobs of an image and the layers nobody else uses. Names must be gone or go along.
  void remove(const std::string& id);

 private:
  storage::Store& store_;
};

}  // namespace image
