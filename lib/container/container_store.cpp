// SPDX-License-Identifier: Apache-2.0
#include "container/container_store.hpp"

#include <iterator>
#include <list>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/plain_json.hpp"
#include "storage/reserve.hpp"

namespace container {

namespace {

constexpr std::string_view kColumns =
    "id, name, image, created, started, finished, exit_code, oom_killed, error, summary";

std::int64_t number(base::Moment moment) {
  return moment.time_since_epoch().count();
}

base::Moment moment(std::int64_t nanoseconds) {
  return base::Moment(std::chrono::nanoseconds(nanoseconds));
}

Record read(const storage::Query& row) {
  Record r;
  r.id = row.text(0);
  r.name = row.text(1);
  r.image = row.text(2);
  r.created = moment(row.integer(3));
  r.started = moment(row.integer(4));
  r.finished = moment(row.integer(5));
  r.exit_code = static_cast<int>(row.integer(6));
  r.oom_killed = row.integer(7) != 0;
  r.error = row.text(8);
  const auto summary = row.view(9);
  if (!base::read_plain_json(summary, r.summary))
    r.summary = base::from_json_text<Summary>(summary, "container " + r.id);
  return r;
}

/// Newest first. Sorted here, as SQLite would pack and unpack each row for it; in a list, where nothing is moved for that.
std::vector<Record> read_all(storage::Query rows) {
  std::list<Record> records;
  while (rows.next()) records.push_back(read(rows));
  records.sort([](const Record& a, const Record& b) { return a.created > b.created; });
  return {std::move_iterator(records.begin()), std::move_iterator(records.end())};
}

void require_free_name(storage::Database& db, const std::string& name) {
  auto taken = db.query("SELECT id FROM containers WHERE name = ?", name);
  if (!taken.next()) return;
  base::fail(base::Kind::exists,
             "Conflict. The container name \"/{}\" is already in use by container \"{}\". You have "
             "to remove (or "
             "rename) that container to be able to reuse that name.",
             name,
             taken.text(0));
}

}  // namespace

std::optional<Record> ContainerStore::find(const std::string& text) {
  const std::string name = text.starts_with('/') ? text.substr(1) : text;
  if (name.empty()) return std::nullopt;
  auto by_name = store_.database().query(
      fmt::format("SELECT {0} FROM containers WHERE name = ?1 AND static_dir = ?2 UNION ALL "
                  "SELECT {0} FROM containers WHERE id = ?1 AND static_dir = ?2 LIMIT 1",
                  kColumns),
      name,
      static_dir_);
  if (by_name.next()) return read(by_name);
  if (!base::is_hex(name)) return std::nullopt;
  // Every id with this prefix lies between the prefix and the prefix followed by something above 'f'.
  auto by_prefix = store_.database().query(
      fmt::format("SELECT {} FROM containers WHERE id > ?1 AND id < ?1 || 'g' AND static_dir = ?2 "
                  "LIMIT 2",
                  kColumns),
      name,
      static_dir_);
  if (!by_prefix.next()) return std::nullopt;
  Record found = read(by_prefix);
  if (by_prefix.next()) {
    base::fail(base::Kind::usage, "multiple IDs found with provided prefix: {}", name);
  }
  return found;
}

Record ContainerStore::get(const std::string& text) {
  if (auto record = find(text)) return *record;
  base::fail(base::Kind::not_found, "No such container: {}", text);
}

std::optional<Record> ContainerStore::find_by_id(const std::string& id) {
  auto row =
      store_.database().query(fmt::format("SELECT {} FROM containers WHERE id = ?", kColumns), id);
  if (!row.next()) return std::nullopt;
  return read(row);
}

std::vector<Record> ContainerStore::list() {
  return read_all(store_.database().query(
      fmt::format("SELECT {} FROM containers WHERE static_dir = ?", kColumns), static_dir_));
}

std::vector<Record> ContainerStore::list_that_may_run() {
  return read_all(store_.database().query(
      fmt::format("SELECT {} FROM containers WHERE static_dir = ? AND started > finished",
                  kColumns),
      static_dir_));
}

std::vector<Record> ContainerStore::list_everywhere() {
  return read_all(store_.database().query(fmt::format("SELECT {} FROM containers", kColumns)));
}

Details ContainerStore::details(const std::string& id) {
  auto row = store_.database().query("SELECT config FROM containers WHERE id = ?", id);
  if (!row.next()) base::fail(base::Kind::not_found, "No such container: {}", id);
  return base::from_json_text<Details>(row.text(0), "container " + id);
}

std::map<std::string, std::string> ContainerStore::cid_files() {
  std::map<std::string, std::string> files;
  auto rows = store_.database().query(
      "SELECT id, config FROM containers WHERE instr(config, '\"cidfile\"') > 0");
  while (rows.next()) {
    const std::string id = rows.text(0);
    auto details = base::from_json_text<Details>(rows.view(1), "container " + id);
    if (!details.options.cidfile.empty()) files[id] = std::move(details.options.cidfile);
  }
  return files;
}

bool ContainerStore::has_level(const std::string& level) {
  return store_.database()
      .query("SELECT 1 FROM containers WHERE instr(config, ?) LIMIT 1", ":" + level + "\"")
      .next();
}

void ContainerStore::add(const Record& record,
                         const Details& details,
                         const std::vector<storage::Layer>& layers) {
  auto& db = store_.database();
  const std::string summary = base::to_json(record.summary).dump();
  const std::string config = base::to_json(details).dump();
  db.transaction(sync_of(record.summary.remove), [&] {
    const auto added = db.execute(
        "INSERT OR IGNORE INTO containers(id, name, image, created, started, finished, exit_code, "
        "oom_killed, error, summary, "
        "config, static_dir) VALUES (?,?,?,?,?,0,0,0,'',?,?,?)",
        record.id,
        record.name,
        record.image,
        number(record.created),
        number(record.started),
        summary,
        config,
        static_dir_);
    if (added == 0) {
      require_free_name(db, record.name);
      base::fail(base::Kind::bug, "container {} cannot be added", record.id);
    }
    int position = 0;
    for (const auto& layer : layers) {
      db.execute("INSERT INTO container_layers(container, position, layer) VALUES (?,?,?)",
                 record.id,
                 position++,
                 layer.id);
    }
    for (const auto& mount : details.options.mounts) {
      if (mount.type != "volume") continue;
      db.execute("INSERT INTO container_volumes(container, volume, destination) VALUES (?,?,?)",
                 record.id,
                 mount.source,
                 mount.target);
    }
  });
}

void ContainerStore::keep_layers(const std::string& id, const std::vector<storage::Layer>& layers) {
  // Layers below it have positions from 0 on.
  for (const auto& layer : layers)
    store_.database().execute(
        "INSERT INTO container_layers(container, position, layer) SELECT id, "
        "(SELECT min(0, coalesce(min(position), 0)) - 1 FROM container_layers WHERE container = "
        "?1), ?2 "
        "FROM containers WHERE id = ?1 AND NOT EXISTS "
        "(SELECT 1 FROM container_layers WHERE container = ?1 AND layer = ?2)",
        id,
        layer.id);
}

void ContainerStore::set_started(const Record& record, base::Moment started, int restarts) {
  // Not synced: after a power loss a container that ran is as stopped as one that never did.
  store_.database().transaction(storage::Sync::none, [&] {
    auto& db = store_.database();
    db.execute(
        "UPDATE containers SET started = ?, error = '' WHERE id = ?", number(started), record.id);
    if (restarts == record.summary.restarts) return;
    Summary summary = record.summary;
    summary.restarts = restarts;
    db.execute(
        "UPDATE containers SET summary = ? WHERE id = ?", base::to_json(summary).dump(), record.id);
  });
}

void ContainerStore::set_details(const std::string& id, const Details& details) {
  store_.database().transaction(storage::Sync::full, [&] {
    store_.database().execute(
        "UPDATE containers SET config = ? WHERE id = ?", base::to_json(details).dump(), id);
  });
}

void ContainerStore::set_error(const std::string& id, int exit_code, const std::string& error) {
  store_.database().transaction(storage::Sync::none, [&] {
    store_.database().execute(
        "UPDATE containers SET started = 0, finished = 0, exit_code = ?, error = ? WHERE id = ?",
        exit_code,
        error,
        id);
  });
}

void ContainerStore::set_finished(const Record& record) {
  // A container must end, and go, on a full disk as well.
  storage::with_reserve(store_, [&] {
    store_.database().transaction(storage::Sync::none, [&] {
      store_.database().execute(
          "UPDATE containers SET finished = ?, exit_code = ?, oom_killed = ? WHERE id = ?",
          number(record.finished),
          record.exit_code,
          record.oom_killed,
          record.id);
    });
  });
}

void ContainerStore::rename(const std::string& id, const std::string& name) {
  store_.database().transaction(storage::Sync::full, [&] {
    require_free_name(store_.database(), name);
    store_.database().execute("UPDATE containers SET name = ? WHERE id = ?", name, id);
  });
}

void ContainerStore::remove(const Record& record) {
  storage::with_reserve(store_, [&] {
    auto& db = store_.database();
    db.transaction(sync_of(record.summary.remove), [&] {
      db.without_references([&] {
        db.execute("DELETE FROM container_layers WHERE container = ?", record.id);
        db.execute("DELETE FROM container_volumes WHERE container = ?", record.id);
        db.execute("DELETE FROM containers WHERE id = ?", record.id);
      });
    });
  });
}

}  // namespace container
