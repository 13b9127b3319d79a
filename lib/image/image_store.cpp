// SPDX-License-Identifier: Apache-2.0
#include "image/image_store.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "image/blob_store.hpp"
#include "image/remove.hpp"

namespace image {

namespace {

constexpr std::string_view kColumns =
    "i.id, i.manifest, i.media_type, i.os, i.architecture, i.variant, i.created, i.added, i.size, "
    "i.labels, i.former_names";

base::Moment moment(std::int64_t nanoseconds) {
  return base::Moment(std::chrono::nanoseconds(nanoseconds));
}

Image read(const storage::Query& row) {
  Image image;
  image.id = row.text(0);
  image.manifest = row.text(1);
  image.media_type = row.text(2);
  image.platform = {row.text(3), row.text(4), row.text(5)};
  image.created = moment(row.integer(6));
  image.added = moment(row.integer(7));
  image.size = row.integer(8);
  base::read_value(base::parse_json(row.text(9), "labels"), image.labels, "labels");
  for (auto& name : base::split(row.text(10), ' '))
    if (!name.empty()) image.former_names.push_back(std::move(name));
  return image;
}

std::optional<Image> read_one(storage::Query rows) {
  if (!rows.next()) return std::nullopt;
  return read(rows);
}

std::vector<std::string> read_texts(storage::Query rows) {
  std::vector<std::string> texts;
  while (rows.next()) texts.push_back(rows.text(0));
  return texts;
}

std::map<std::string, std::vector<std::string>> read_by_image(storage::Query rows) {
  std::map<std::string, std::vector<std::string>> all;
  while (rows.next()) all[rows.text(0)].push_back(rows.text(1));
  return all;
}

/// "sha256:HEX" and "HEX" name an image by its id whatever repositories are called.
std::optional<std::string> whole_id(const std::string& text) {
  if (is_digest(text)) return text;
  if (text.size() == 64 && base::is_hex(text)) return "sha256:" + text;
  return std::nullopt;
}

/// A short name as registries.conf's aliases have it: without tag and digest.
std::string short_name_of(const std::string& text) {
  return text.substr(0, text.find_first_of(":@"));
}

}  // namespace

std::vector<std::string> names_history(const std::vector<std::string>& names, const Image& image) {
  auto history = names;
  for (const auto& former : image.former_names) {
    if (std::find(names.begin(), names.end(), former) == names.end()) history.push_back(former);
  }
  return history;
}

std::optional<Image> ImageStore::find_here(const std::string& id) {
  return read_one(
      store_.database().query(fmt::format("SELECT {} FROM images i WHERE i.id = ?", kColumns), id));
}

std::optional<Image> ImageStore::find_by_id(const std::string& id) {
  auto image = find_here(id);
  if (image) return image;
  if (auto* store = find_elsewhere(id)) image = ImageStore(*store).find_here(id);
  if (image) image->read_only = true;
  return image;
}

storage::Store* ImageStore::find_elsewhere(const std::string& id) {
  const auto& stores = store_.image_stores();
  if (stores.empty() || find_here(id)) return nullptr;
  for (const auto& store : stores) {
    if (ImageStore(*store).find_here(id)) return store.get();
  }
  return nullptr;
}

std::optional<Image> ImageStore::find_by_reference(const Reference& reference) {
  if (!reference.digest.empty()) {
    return read_one(
        store_.database().query(fmt::format("SELECT {} FROM digests d JOIN images i ON i.id = "
                                            "d.image WHERE d.repository = ? AND d.digest = ?",
                                            kColumns),
                                reference.repository(),
                                reference.digest));
  }
  return read_one(store_.database().query(
      fmt::format("SELECT {} FROM names n JOIN images i ON i.id = n.image WHERE n.name = ?",
                  kColumns),
      reference.full()));
}

std::optional<Image> ImageStore::find_by_prefix(const std::string& text) {
  const std::string hex = text.starts_with("sha256:") ? text.substr(7) : text;
  if (!base::is_hex(hex) || hex.size() > 64) return std::nullopt;
  // "g" is the first letter behind the hexadecimal digits.
  auto rows = store_.database().query(
      fmt::format("SELECT {} FROM images i WHERE i.id >= ? AND i.id < ? LIMIT 2", kColumns),
      "sha256:" + hex,
      "sha256:" + hex + "g");
  if (!rows.next()) return std::nullopt;
  Image found = read(rows);
  if (rows.next())
    base::fail(base::Kind::usage, "multiple IDs found with provided prefix: {}", text);
  return found;
}

std::optional<Match> ImageStore::resolve(const std::string& text) {
  if (auto match = resolve_here(text)) return match;
  for (const auto& store : store_.image_stores()) {
    auto match = ImageStore(*store).resolve_here(text);
    if (!match) continue;
    match->image.read_only = true;
    return match;
  }
  return std::nullopt;
}

std::optional<Match> ImageStore::resolve_here(const std::string& text) {
  if (const auto id = whole_id(text)) {
    if (auto image = find_here(*id)) return Match{std::move(*image), std::nullopt};
    auto image = read_one(store_.database().query(
        fmt::format("SELECT {} FROM images i WHERE i.manifest = ? ORDER BY i.added DESC", kColumns),
        *id));
    if (!image) return std::nullopt;
    return Match{std::move(*image), std::nullopt};
  }
  Reference reference = parse_reference(text).with_default_tag();
  if (const auto repository = find_short_name(text)) {
    Reference pulled = parse_reference(*repository);
    pulled.tag = reference.tag;
    pulled.digest = reference.digest;
    if (auto image = find_by_reference(pulled)) return Match{std::move(*image), pulled};
  }
  if (auto image = find_by_reference(reference)) return Match{std::move(*image), reference};
  if (is_short_name(text)) {
    // What `podman tag` and `podman build` call localhost/x is found as x, as there.
    reference = parse_reference("localhost/" + text).with_default_tag();
    if (auto image = find_by_reference(reference)) return Match{std::move(*image), reference};
  }
  if (auto image = find_by_prefix(text)) return Match{std::move(*image), std::nullopt};
  return std::nullopt;
}

std::optional<Image> ImageStore::find(const std::string& text) {
  auto match = resolve(text);
  if (!match) return std::nullopt;
  return std::move(match->image);
}

Match ImageStore::get_match(const std::string& text) {
  if (auto match = resolve(text)) return std::move(*match);
  base::fail(base::Kind::not_found, "No such image: {}", text);
}

Image ImageStore::get(const std::string& text) {
  return get_match(text).image;
}

std::vector<Image> ImageStore::list() {
  std::vector<Image> images;
  auto rows = store_.database().query(
      fmt::format("SELECT {} FROM images i ORDER BY i.created DESC, i.id", kColumns));
  while (rows.next()) images.push_back(read(rows));
  return images;
}

std::vector<std::string> ImageStore::names(const std::string& id) {
  auto found = read_texts(
      store_.database().query("SELECT name FROM names WHERE image = ? ORDER BY name", id));
  if (!found.empty()) return found;
  if (auto* store = find_elsewhere(id)) return ImageStore(*store).names(id);
  return found;
}

std::vector<std::string> ImageStore::repository_digests(const std::string& id) {
  auto found = read_texts(store_.database().query(
      "SELECT repository || '@' || digest FROM digests WHERE image = ? ORDER BY repository, digest",
      id));
  if (!found.empty()) return found;
  if (auto* store = find_elsewhere(id)) return ImageStore(*store).repository_digests(id);
  return found;
}

std::map<std::string, std::vector<std::string>> ImageStore::all_names(NameOrder order) {
  const char* sql = order == NameOrder::by_name
                        ? "SELECT image, name FROM names ORDER BY name"
                        : "SELECT image, name FROM names ORDER BY tagged DESC, name";
  return read_by_image(store_.database().query(sql));
}

std::map<std::string, std::vector<std::string>> ImageStore::all_repository_digests() {
  return read_by_image(store_.database().query(
      "SELECT image, repository || '@' || digest FROM digests ORDER BY repository, digest"));
}

std::optional<base::Moment> ImageStore::last_tagged(const std::string& id) {
  auto rows = store_.database().query("SELECT max(tagged) FROM names WHERE image = ?", id);
  if (!rows.next() || rows.is_null(0)) return std::nullopt;
  return moment(rows.integer(0));
}

std::vector<std::string> ImageStore::users(const std::string& id) {
  return read_texts(store_.database().query(
      "SELECT id FROM containers WHERE image = ? ORDER BY created, id", id));
}

std::map<std::string, std::int64_t> ImageStore::all_users() {
  std::map<std::string, std::int64_t> all;
  auto rows = store_.database().query("SELECT image, count(*) FROM containers GROUP BY image");
  while (rows.next()) all[rows.text(0)] = rows.integer(1);
  return all;
}

std::string ImageStore::blob(const std::string& digest) {
  if (auto bytes = find_blob(digest)) return std::move(*bytes);
  return BlobStore(store_).get(digest);
}

std::optional<std::string> ImageStore::find_blob(const std::string& digest) {
  if (auto bytes = BlobStore(store_).find(digest)) return bytes;
  for (const auto& store : store_.image_stores()) {
    if (auto bytes = BlobStore(*store).find(digest)) return bytes;
  }
  return std::nullopt;
}

Config ImageStore::config(const Image& image) {
  return base::from_json_text<Config>(blob(image.id), "image config");
}

void ImageStore::adopt(const Image& image) {
  storage::LayerStore layers(store_);
  NewImage adopted;
  adopted.manifest_bytes = blob(image.manifest);
  adopted.manifest_media_type = image.media_type;
  adopted.config_bytes = blob(image.id);
  const auto theirs = layers.of_image(image.id);
  layers.lease_all(theirs);
  for (const auto& layer : theirs) adopted.layer_ids.push_back(layer.id);
  add(adopted);  // its digests are of names there
}

void ImageStore::tag(const std::string& id, const Reference& name) {
  const std::string full = name.with_default_tag().full();
  storage::Database& db = store_.database();
  if (const auto image = find_by_id(id); image && image->read_only) adopt(*image);
  db.transaction(storage::Sync::full, [&] {
    if (!find_here(id)) base::fail(base::Kind::not_found, "No such image: {}", id);
    give_name(db, full, id, base::now());
  });
}

void ImageStore::add_digest(const std::string& id,
                            const std::string& repository,
                            const std::string& digest,
                            const std::string& manifest_bytes) {
  storage::Database& db = store_.database();
  BlobStore blobs(store_);
  db.transaction(storage::Sync::none, [&] {
    storage::LayerStore(store_).end_leases();
    if (!find_here(id)) return;  // removed meanwhile: what is in the registry is there all the same
    blobs.put({{digest, manifest_bytes}});
    db.execute("INSERT OR REPLACE INTO digests(repository, digest, image) VALUES (?, ?, ?)",
               repository,
               digest,
               id);
  });
}

void ImageStore::remember_short_name(const std::string& text, const std::string& repository) {
  const bool is_usual = parse_reference(text).repository() == repository;
  const auto known = find_short_name(text);
  if (is_usual ? !known : known == repository) return;
  storage::Database& db = store_.database();
  db.transaction(storage::Sync::none, [&] {
    if (is_usual)
      db.execute("DELETE FROM short_names WHERE short = ?", short_name_of(text));
    else
      db.execute(
          "INSERT OR REPLACE INTO short_names VALUES (?, ?)", short_name_of(text), repository);
  });
}

std::optional<std::string> ImageStore::find_short_name(const std::string& text) {
  if (!is_short_name(text)) return std::nullopt;
  auto rows = store_.database().query("SELECT repository FROM short_names WHERE short = ?",
                                      short_name_of(text));
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

bool ImageStore::untag(const std::string& full_name) {
  storage::Database& db = store_.database();
  bool removed = false;
  db.transaction(storage::Sync::full, [&] { removed = delete_name(db, full_name); });
  return removed;
}

void ImageStore::remove(const std::string& id) {
  remove_rows(store_, {id});
}

}  // namespace image
