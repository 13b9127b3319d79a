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

std::optional<Layer> LayerStore::find(const std::string& id) {
  auto rows =
      store_.database().query("SELECT id, path, size, tar_size FROM layers WHERE id = ?", id);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::optional<Layer> LayerStore::find_by_source(const std::string& digest) {
  auto rows = store_.database().query(
      "SELECT l.id, l.path, l.size, l.tar_size FROM layer_sources s JOIN layers l ON l.id = "
      "s.layer "
      "WHERE s.digest = ?",
      digest);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<LayerSource> LayerStore::sources(const std::string& id) {
  std::vector<LayerSource> found;
  auto rows = store_.database().query(
      "SELECT digest, size, media_type FROM layer_sources WHERE layer = ? ORDER BY digest", id);
  while (rows.next()) found.push_back({rows.text(0), rows.integer(1), rows.text(2)});
  return found;
}

std::vector<Layer> LayerStore::of_image(const std::string& image_id) {
  return read_all(store_.database().query(
      "SELECT l.id, l.path, l.size, l.tar_size FROM image_layers i JOIN layers l ON l.id = i.layer "
      "WHERE i.image = ? ORDER BY i.position",
      image_id));
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
  layer.path = store_.paths().layers() + "/" + name;
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
  return taken;
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
  for (const auto& layer : unused) db.execute("DELETE FROM layers WHERE id = ?", layer.id);
  return unused;
}

void LayerStore::remove_directory(const std::string& id, const std::string& path) {
  const std::string name = directory_name(id);
  const std::string lock_file = "layer-" + name;
  const auto lock = store_.lock(lock_file);
  // Somebody may have made the same layer anew since its row was taken away.
  if (find(id)) return;
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
  for (const auto& layer : forgotten) remove_directory(layer.id, layer.path);
}

void LayerStore::sweep_directories() {
  for (const auto& name : base::list_directory(store_.paths().layers())) {
    const auto id = id_of_directory(name);
    if (id && !find(*id)) remove_directory(*id, store_.paths().layers() + "/" + name);
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
