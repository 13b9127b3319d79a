// SPDX-License-Identifier: Apache-2.0
#include "storage/volume_store.hpp"

#include <cerrno>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/json_fields.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "storage/names.hpp"

namespace storage {

namespace {

constexpr std::string_view kColumns = "name, driver, path, created, anonymous, labels, options";

Volume read(const Query& row) {
  Volume v;
  v.name = row.text(0);
  v.driver = row.text(1);
  v.path = row.text(2);
  v.created = base::Moment(std::chrono::nanoseconds(row.integer(3)));
  v.anonymous = row.integer(4) != 0;
  base::read_value(base::parse_json(row.text(5), "labels"), v.labels, "labels");
  base::read_value(base::parse_json(row.text(6), "options"), v.options, "options");
  return v;
}

/// What lies there without a row is what a killed create or remove left; but where users have chosen the place, it may be
/// theirs unless it is empty.
void clear_place(const Paths& paths, const std::string& directory) {
  if (!paths.volumes_lie_elsewhere()) return base::remove_tree(directory);
  ::rmdir((directory + "/_data").c_str());
  if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) return;
  base::fail(base::Kind::exists, "{} is there already, and belongs to no volume", directory);
}

}  // namespace

std::optional<Volume> VolumeStore::find(const std::string& name) {
  auto rows =
      store_.database().query(fmt::format("SELECT {} FROM volumes WHERE name = ?", kColumns), name);
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

Volume VolumeStore::get(const std::string& name) {
  if (auto volume = find(name)) return *volume;
  base::fail(base::Kind::not_found, "get {}: no such volume", name);
}

std::vector<Volume> VolumeStore::list() {
  std::vector<Volume> volumes;
  auto rows =
      store_.database().query(fmt::format("SELECT {} FROM volumes ORDER BY name", kColumns));
  while (rows.next()) volumes.push_back(read(rows));
  return volumes;
}

Volume VolumeStore::create(Volume wanted) {
  if (wanted.name.empty()) {
    wanted.name = base::new_id();
    wanted.anonymous = true;
  }
  if (!is_object_name(wanted.name)) {
    base::fail(base::Kind::usage,
               "create {0}: \"{0}\" includes invalid characters for a local volume name, only "
               "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host "
               "directory, use absolute path",
               wanted.name);
  }
  if (wanted.driver != "local") {
    base::fail(base::Kind::not_found,
               "create {}: error looking up volume plugin {}: plugin \"{}\" not found",
               wanted.name,
               wanted.driver,
               wanted.driver);
  }
  if (auto existing = find(wanted.name)) return *existing;
  const auto lock = store_.lock("volume-" + wanted.name);
  if (auto existing = find(wanted.name)) return *existing;
  const std::string directory = store_.paths().volumes() + "/" + wanted.name;
  clear_place(store_.paths(), directory);
  wanted.path = directory + "/_data";
  wanted.created = base::now();
  // Directory before row: a row always has its directory.
  base::make_directories(store_.paths().volumes(), 0700);
  base::make_directory(directory, 0701);
  base::make_directory(wanted.path, 0755);
  store_.database().transaction(Sync::full, [&] {
    store_.database().execute(
        "INSERT OR IGNORE INTO volumes(name, driver, path, created, anonymous, labels, options) "
        "VALUES (?,?,?,?,?,?,?)",
        wanted.name,
        wanted.driver,
        wanted.path,
        static_cast<std::int64_t>(wanted.created.time_since_epoch().count()),
        wanted.anonymous,
        base::to_json(wanted.labels).dump(),
        base::to_json(wanted.options).dump());
  });
  return get(wanted.name);
}

std::vector<std::string> VolumeStore::users(const std::string& name) {
  std::vector<std::string> ids;
  auto rows = store_.database().query(
      "SELECT DISTINCT container FROM container_volumes WHERE volume = ?", name);
  while (rows.next()) ids.push_back(rows.text(0));
  return ids;
}

void VolumeStore::remove(const std::string& name) {
  const auto lock = store_.lock("volume-" + name);
  const Volume volume = get(name);
  store_.database().transaction(Sync::full, [&] {
    if (const auto ids = users(name); !ids.empty()) {
      base::fail(
          base::Kind::in_use, "remove {}: volume is in use - [{}]", name, base::join(ids, ", "));
    }
    store_.database().execute("DELETE FROM volumes WHERE name = ?", name);
  });
  // Where it was made: volumes may go elsewhere by now.
  constexpr std::string_view kData = "/_data";
  const bool is_ours = volume.path.ends_with("/" + name + std::string(kData));
  if (is_ours) base::remove_tree(volume.path.substr(0, volume.path.size() - kData.size()));
}

}  // namespace storage
