// SPDX-License-Identifier: Apache-2.0
#include "storage/layer_store.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/pid_ref.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "storage/reserve.hpp"

namespace storage {

namespace {

/// The directory of a layer below layers/: HEX for a diff id, "fixup-HEX" for a fix-up layer of
/// ours.
std::string directory_name(const std::string& id) {
  const auto [scheme, hex] = base::split_pair(id, ':');
  if (hex && hex->size() == 64 && base::is_hex(*hex)) {
    if (scheme == "sha256") return *hex;
    if (scheme == "fixup") return "fixup-" + *hex;
  }
  base::fail(base::Kind::corrupt, "\"{}\" is no id of a layer", base::printable(id));
}

/// The other way round; nothing for what is not of our making.
std::optional<std::string> id_of_directory(const std::string& name) {
  const bool is_fixup = name.starts_with("fixup-");
  const std::string hex = is_fixup ? name.substr(6) : name;
  if (hex.size() != 64 || !base::is_hex(hex)) return std::nullopt;
  return (is_fixup ? "fixup:" : "sha256:") + hex;
}

const std::string& boot_id() {
  static const std::string id{base::trim(base::read_file("/proc/sys/kernel/random/boot_id"))};
  return id;
}

Layer read(const Query& row) {
  return {row.text(0), row.text(1), row.integer(2), row.integer(3)};
}

std::vector<Layer> read_all(Query rows) {
  std::vector<Layer> layers;
  while (rows.next()) layers.push_back(read(rows));
  return layers;
}

}  // namespace

bool names_root(const Layer& layer) {
  if (layer.id.starts_with("fixup:")) return false;
  const auto list = base::find_file_text(layer.implicit_list());
  if (!list) return true;
  const auto names = base::split(*list, '\0');
  return std::find(names.begin(), names.end(), ".") == names.end();
}

MergedTree tree_of(const std::vector<Layer>& layers) {
  std::vector<std::string> lower;
  for (const auto& layer : layers) lower.push_back(layer.diff());
  return MergedTree::of_layers(std::move(lower));
}

std::string LayerStore::directory(const std::string& id) const {
  return store_.paths().layers() + "/" + directory_name(id);
}

/// An image store may be shown at another place than where its layers were made.
Layer LayerStore::located(Layer layer) const {
  if (!store_.is_read_only()) return layer;
  const std::string here = directory(layer.id);
  if (base::is_directory(here + "/diff")) layer.path = here;
  return layer;
}

std::vector<Layer> LayerStore::located(std::vector<Layer> layers) const {
  for (auto& layer : layers) layer = located(std::move(layer));
  return layers;
}

std::optional<Layer> LayerStore::find_own(const std::string& id) {
  auto rows =
      store_.database().query("SELECT id, path, size, tar_size FROM layers WHERE id = ?", id);
  if (!rows.next()) return std::nullopt;
  return located(read(rows));
}

std::optional<Layer> LayerStore::find_elsewhere(const std::string& id) {
  for (const auto& store : store_.image_stores()) {
    LayerStore theirs(*store);
    auto layer = theirs.find_own(id);
    if (layer && theirs.is_reliable(id) && base::is_directory(layer->diff())) return layer;
  }
  return std::nullopt;
}

std::optional<Layer> LayerStore::find(const std::string& id) {
  if (auto layer = find_own(id)) return layer;
  return find_elsewhere(id);
}

std::optional<Layer> LayerStore::find_by_source(const std::string& digest) {
  auto rows = store_.database().query(
      "SELECT l.id, l.path, l.size, l.tar_size FROM layer_sources s JOIN layers l ON l.id = "
      "s.layer "
      "WHERE s.digest = ?",
      digest);
  if (rows.next()) return located(read(rows));
  for (const auto& store : store_.image_stores()) {
    if (auto layer = LayerStore(*store).find_by_source(digest)) return layer;
  }
  return std::nullopt;
}

std::vector<LayerSource> LayerStore::sources(const std::string& id) {
  std::vector<LayerSource> found;
  auto rows = store_.database().query(
      "SELECT digest, size, media_type FROM layer_sources WHERE layer = ? ORDER BY digest", id);
  while (rows.next()) found.push_back({rows.text(0), rows.integer(1), rows.text(2)});
  if (!found.empty()) return found;
  for (const auto& store : store_.image_stores()) {
    if (found.empty()) found = LayerStore(*store).sources(id);
  }
  return found;
}

std::vector<Layer> LayerStore::of_image(const std::string& image_id) {
  auto layers = located(read_all(store_.database().query(
      "SELECT l.id, l.path, l.size, l.tar_size FROM image_layers i JOIN layers l ON l.id = i.layer "
      "WHERE i.image = ? ORDER BY i.position",
      image_id)));
  if (!layers.empty()) return layers;
  for (const auto& store : store_.image_stores()) {
    if (layers.empty()) layers = LayerStore(*store).of_image(image_id);
  }
  return layers;
}

std::vector<Layer> LayerStore::of_container(const std::string& container_id) {
  return read_all(
      store_.database().query("SELECT l.id, l.path, l.size, l.tar_size FROM container_layers c "
                              "JOIN layers l ON l.id = c.layer "
                              "WHERE c.container = ? AND c.position >= 0 ORDER BY c.position",
                              container_id));
}

namespace {

void insert_lease(Database& db, const std::string& id) {
  const auto self = base::PidRef::self();
  db.execute(
      "INSERT OR REPLACE INTO leases(kind, object, pid, start_time, boot) VALUES ('layer', ?, ?, "
      "?, ?)",
      id,
      static_cast<std::int64_t>(self.pid),
      static_cast<std::int64_t>(self.start_time),
      boot_id());
}

void insert_source(Database& db, const std::string& id, const LayerSource& source) {
  db.execute(
      "INSERT OR IGNORE INTO layer_sources(digest, layer, size, media_type) VALUES (?, ?, ?, ?)",
      source.digest,
      id,
      source.size,
      source.media_type);
}

}  // namespace

Layer LayerStore::commit(Layer layer,
                         const std::string& from,
                         const std::optional<LayerSource>& source) {
  const std::string name = directory_name(layer.id);
  layer.path = directory(layer.id);
  Database& db = store_.database();
  const auto lock = store_.lock("layer-" + name);
  if (lease(layer.id)) {
    if (source) add_source(layer.id, *source);
    return *find(layer.id);
  }
  // Nobody refers to what may lie here: it was left by a crash between rename and row, or by a
  // power loss.
  db.transaction(Sync::none, [&] { db.execute("DELETE FROM layers WHERE id = ?", layer.id); });
  if (base::exists(layer.path)) base::remove_tree(layer.path);
  base::rename_path(from, layer.path);
  db.transaction(Sync::none, [&] {
    db.execute("INSERT INTO layers(id, path, size, tar_size) VALUES (?, ?, ?, ?)",
               layer.id,
               layer.path,
               layer.size,
               layer.tar_size);
    if (source) insert_source(db, layer.id, *source);
    insert_lease(db, layer.id);
  });
  return layer;
}

void LayerStore::add_source(const std::string& id, const LayerSource& source) {
  Database& db = store_.database();
  db.transaction(Sync::none, [&] { insert_source(db, id, source); });
}

bool LayerStore::is_reliable(const std::string& id) {
  auto rows = store_.database().query(
      "SELECT 1 FROM layers WHERE id = ?1 AND (EXISTS (SELECT 1 FROM image_layers WHERE layer = "
      "?1) "
      "OR EXISTS (SELECT 1 FROM container_layers WHERE layer = ?1) "
      "OR EXISTS (SELECT 1 FROM leases WHERE kind = 'layer' AND object = ?1 AND boot = ?2))",
      id,
      boot_id());
  return rows.next();
}

bool LayerStore::lease(const std::string& id) {
  Database& db = store_.database();
  bool taken = false;
  db.transaction(Sync::none, [&] {
    taken = is_reliable(id);
    if (taken) insert_lease(db, id);
  });
  if (taken) return true;
  const auto theirs = find_elsewhere(id);
  if (!theirs) return false;
  const auto their_sources = sources(id);
  db.transaction(Sync::none, [&] {
    if (!is_reliable(id)) adopt(*theirs, their_sources);
    insert_lease(db, id);
  });
  return true;
}

void LayerStore::lease_all(const std::vector<Layer>& layers) {
  for (const auto& layer : layers) {
    if (!lease(layer.id))
      base::fail(base::Kind::not_found, "layer {} is not in its image store", layer.id);
  }
}

void LayerStore::adopt(const Layer& layer, const std::vector<LayerSource>& sources) {
  Database& db = store_.database();
  db.execute("DELETE FROM layers WHERE id = ?", layer.id);  // what a power loss left
  db.execute("INSERT INTO layers(id, path, size, tar_size) VALUES (?, ?, ?, ?)",
             layer.id,
             layer.path,
             layer.size,
             layer.tar_size);
  for (const auto& source : sources) insert_source(db, layer.id, source);
}

void LayerStore::end_leases() {
  const auto self = base::PidRef::self();
  store_.database().execute(
      "DELETE FROM leases WHERE kind = 'layer' AND pid = ? AND start_time = ?",
      static_cast<std::int64_t>(self.pid),
      static_cast<std::int64_t>(self.start_time));
}

void LayerStore::end_dead_leases() {
  struct Owner {
    base::PidRef process;
    std::string boot;
  };

  Database& db = store_.database();
  std::vector<Owner> owners;
  {
    auto rows = db.query("SELECT DISTINCT pid, start_time, boot FROM leases WHERE kind = 'layer'");
    while (rows.next()) {
      owners.push_back(
          {{static_cast<pid_t>(rows.integer(0)), static_cast<std::uint64_t>(rows.integer(1))},
           rows.text(2)});
    }
  }
  for (const auto& owner : owners) {
    if (owner.boot == boot_id() && owner.process.is_alive()) continue;
    db.execute(
        "DELETE FROM leases WHERE kind = 'layer' AND pid = ? AND start_time = ? AND boot = ?",
        static_cast<std::int64_t>(owner.process.pid),
        static_cast<std::int64_t>(owner.process.start_time),
        owner.boot);
  }
}

std::vector<Layer> LayerStore::forget_unused() {
  Database& db = store_.database();
  end_dead_leases();
  auto unused = read_all(
      db.query("SELECT id, path, size, tar_size FROM layers AS l "
               "WHERE NOT EXISTS (SELECT 1 FROM image_layers WHERE layer = l.id) "
               "AND NOT EXISTS (SELECT 1 FROM container_layers WHERE layer = l.id) "
               "AND NOT EXISTS (SELECT 1 FROM leases WHERE kind = 'layer' AND object = l.id)"));
  for (auto& layer : unused) {
    db.execute("DELETE FROM layers WHERE id = ?", layer.id);
    if (!is_own(layer)) layer.size = 0;  // nothing is freed
  }
  return unused;
}

void LayerStore::remove_directory(const std::string& id) {
  const std::string path = directory(id);
  if (!base::exists(path)) return;  // an image store's
  const std::string name = directory_name(id);
  const std::string lock_file = "layer-" + name;
  const auto lock = store_.lock(lock_file);
  // Somebody may have made the same layer anew since its row was taken away.
  if (find_own(id)) return;
  try {
    const auto staging = store_.make_staging("removed");
    base::rename_path(path, staging.path() + "/" + name);
  } catch (const base::Error& e) {
    // No room even for a directory: remove it where it is. What a crash leaves, the next sweep
    // finds by its row that is missing.
    base::debug("cannot move {} away: {}; removing it in place", path, e.what());
    base::remove_tree(path);
  }
  base::remove_file(store_.paths().lock(lock_file));
}

void LayerStore::discard(const std::vector<Layer>& forgotten) {
  for (const auto& layer : forgotten) remove_directory(layer.id);
}

void LayerStore::sweep_directories() {
  for (const auto& name : base::list_directory(store_.paths().layers())) {
    const auto id = id_of_directory(name);
    if (id && !find_own(*id)) remove_directory(*id);
  }
}

std::int64_t LayerStore::remove_unused() {
  std::int64_t freed = 0;
  with_reserve(store_, [&] {
    std::vector<Layer> forgotten;
    store_.database().transaction(Sync::full, [&] { forgotten = forget_unused(); });
    for (const auto& layer : forgotten) freed += layer.size;
    discard(forgotten);
    sweep_directories();
  });
  return freed;
}

}  // namespace storage
