// SPDX-License-Identifier: Apache-2.0
// Layers on disk and in the database. A layer is immutable, addressed by its diff id and shared.
//
// A layer is born with a lease of the process that made it and no fsync of its own. It counts as
// whole once an image or container refers to it (their transaction comes after a sync), or while a
// lease of this boot is on it; without either it may be what a power loss left, and is not used
// again.
//
// What is not here is looked for in the store's image stores. A layer of theirs that something here needs gets a row here,
// with its path there; its files are never touched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/merged_tree.hpp"
#include "storage/store.hpp"

namespace storage {

struct Layer {
  std::string id;    ///< diff id, "sha256:…", or "fixup:…"
  std::string path;  ///< directory that holds diff/ and record.zst
  std::int64_t size = 0;
  std::int64_t tar_size = 0;

  std::string diff() const { return path + "/diff"; }

  /// File that names the directories which the layer's tar lacks, though others lie in them, each with a zero byte; "." is
  /// the root. Not there when the tar has them all.
  std::string implicit_list() const { return path + "/implicit"; }
};

/// True when the layer's tar has an entry for the root directory.
bool names_root(const Layer& layer);

/// A verified compressed form of a layer.
struct LayerSource {
  std::string digest;
  std::int64_t size = 0;
  std::string media_type;
};

/// Layers, the lowest first, as one tree.
MergedTree tree_of(const std::vector<Layer>& layers);

class LayerStore {
 public:
  explicit LayerStore(Store& store) : store_(store) {}

  std::optional<Layer> find(const std::string& id);

  /// Where a layer lies, or would lie, in this store.
  std::string directory(const std::string& id) const;

  /// False for a layer of an image store.
  bool is_own(const Layer& layer) const { return layer.path == directory(layer.id); }

  /// The layer that a compressed blob was verified to be.
  std::optional<Layer> find_by_source(const std::string& digest);

  /// The verified compressed forms of a layer.
  std::vector<LayerSource> sources(const std::string& id);

  /// Layers of an image, lowest first.
  std::vector<Layer> of_image(const std::string& image_id);

  /// Layers below a container, lowest first.
  std::vector<Layer> of_container(const std::string& container_id);

  /// Makes a finished directory (holding diff/ ...) visible as layer `layer.id`: one rename and one
  /// row, with a lease for this process. When another process was first, its layer stays and `from`
  /// is left to its owner. `layer.path` need not be set. Not durable by itself: the caller syncs
  /// once per image.
  Layer commit(Layer layer, const std::string& from, const std::optional<LayerSource>& source);

  /// Records a further verified compressed form of a layer that is here.
  void add_source(const std::string& id, const LayerSource& source);

  /// Takes a lease, so that a layer found here is still here when an image or container refers to
  /// it. False when the layer is gone, or cannot be relied on (see above): make it anew then. One of an image store's gets a
  /// row here.
  bool lease(const std::string& id);

  /// The same of all; kind not_found when one is gone.
  void lease_all(const std::vector<Layer>& layers);

  /// Ends this process's leases; inside the transaction that makes what needs the layers. A process
  /// that failed leaves them: its layers serve the next try, until remove_unused() finds their
  /// owner gone.
  void end_leases();

  /// Removes layers that no image, container or live lease refers to. Returns the bytes freed.
  std::int64_t remove_unused();

  /// The two halves of remove_unused(): takes the rows away, inside the caller's transaction (of
  /// Sync::full), and removes the directories after it.
  std::vector<Layer> forget_unused();
  void discard(const std::vector<Layer>& forgotten);

 private:
  std::optional<Layer> find_own(const std::string& id);
  std::optional<Layer> find_elsewhere(const std::string& id);
  Layer located(Layer layer) const;
  std::vector<Layer> located(std::vector<Layer> layers) const;
  void adopt(const Layer& layer, const std::vector<LayerSource>& sources);
  bool is_reliable(const std::string& id);
  void end_dead_leases();
  void remove_directory(const std::string& id);
  void sweep_directories();

  Store& store_;
};

}  // namespace storage
