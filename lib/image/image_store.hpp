// SPDX-License-Identifier: Apache-2.0
// Images that are here: rows, names, digests and blobs. Nothing in here talks to a registry or
// unpacks a layer. What is not here is looked for in the store's image stores, which are never
// written; find and resolve ask them last.
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
  std::string id;          ///< digest of its config, "sha256:…"
  std::string manifest;    ///< digest of its manifest
  std::string media_type;  ///< of that manifest
  Platform platform;
  base::Moment created, added;
  std::int64_t size = 0;
  std::map<std::string, std::string> labels;
  std::vector<std::string> former_names;  ///< that it has lost, latest first
  bool read_only = false;                 ///< found in an image store
};

/// The names that an image has, then those that it had.
std::vector<std::string> names_history(const std::vector<std::string>& names, const Image& image);

/// A new image, ready to be made visible. Its layers are in the layer store under leases of this
/// process.
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

/// An image and the words by which it was found.
struct Match {
  Image image;
  /// The name that matched, with tag or digest; nothing when it was found by its id.
  std::optional<Reference> reference;
};

enum class NameOrder { by_name, latest_first };

class ImageStore {
 public:
  explicit ImageStore(storage::Store& store) : store_(store) {}

  /// Finds by name (familiar or full; no tag: latest), by name@digest, by id or unique prefix of an
  /// id, or by the digest of its manifest. A name wins over a prefix. Kind usage when a prefix is
  /// ambiguous or the text is neither a name nor an id.
  std::optional<Image> find(const std::string& text);

  /// The same; kind not_found "No such image: x:latest" when missing.
  Image get(const std::string& text);

  /// The same as find and get, with how it was found.
  std::optional<Match> resolve(const std::string& text);
  Match get_match(const std::string& text);

  std::optional<Image> find_by_id(const std::string& id);

  /// All images of this store, latest first.
  std::vector<Image> list();

  /// Full names ("docker.io/library/busybox:1") that point at an image.
  std::vector<std::string> names(const std::string& id);

  /// "repository@sha256:…" entries of an image, repositories in full.
  std::vector<std::string> repository_digests(const std::string& id);

  /// The same two for all images of this store, by id: one query each.
  std::map<std::string, std::vector<std::string>> all_names(NameOrder order = NameOrder::by_name);
  std::map<std::string, std::vector<std::string>> all_repository_digests();

  /// When a name was last given to it; nothing when it has none.
  std::optional<base::Moment> last_tagged(const std::string& id);

  /// Ids of the containers made from an image, and of all images that have some with their number.
  std::vector<std::string> users(const std::string& id);
  std::map<std::string, std::int64_t> all_users();

  std::string blob(const std::string& digest);
  std::optional<std::string> find_blob(const std::string& digest);
  Config config(const Image& image);

  /// Makes blobs durable, then in one transaction the image with its layers, names and digests.
  /// Ends the leases. An image that is here already keeps its manifest, unless only the new one
  /// came from a registry.
  Image add(const NewImage& image);

  /// Gives an image a further name; one that pointed elsewhere moves. Kind not_found when the image
  /// is gone. One of an image store's gets a row here, over its layers there.
  void tag(const std::string& id, const Reference& name);

  /// Notes that a repository knows an image by a manifest, too. Ends the leases of this process.
  void add_digest(const std::string& id,
                  const std::string& repository,
                  const std::string& digest,
                  const std::string& manifest_bytes);

  /// Notes what a short name (tag and digest do not count) was pulled as: aliases and search lists of registries.conf
  /// lead elsewhere than to docker.io, and later commands do not read them.
  void remember_short_name(const std::string& text, const std::string& repository);

  /// The repository that a short name was last pulled as; nothing when that was docker.io's, or never.
  std::optional<std::string> find_short_name(const std::string& text);

  /// Takes a name (with tag or with digest) away; false when there is no such name.
  bool untag(const std::string& full_name);

  /// Removes the rows and blobs of an image and the layers nobody else uses; works on a full disk.
  /// Names go along.
  void remove(const std::string& id);

  storage::Store& store() { return store_; }

 private:
  std::optional<Match> resolve_here(const std::string& text);
  std::optional<Image> find_here(const std::string& id);
  /// The image store that has it, when this one has not.
  storage::Store* find_elsewhere(const std::string& id);
  void adopt(const Image& image);
  std::optional<Image> find_by_reference(const Reference& reference);
  std::optional<Image> find_by_prefix(const std::string& text);

  storage::Store& store_;
};

}  // namespace image
