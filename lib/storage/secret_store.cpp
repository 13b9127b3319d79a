// SPDX-License-Identifier: Apache-2.0
#include "storage/secret_store.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/json_fields.hpp"
#include "base/sys.hpp"

namespace storage {

namespace {

using base::Kind;

constexpr std::size_t kIdDigits = 25;
constexpr std::size_t kLongestName = 253;
constexpr std::string_view kColumns = "id, name, driver, created, updated, labels";

Secret read(const Query& row) {
  const auto moment = [&](int column) {
    return base::Moment(std::chrono::nanoseconds(row.integer(column)));
  };
  Secret s;
  s.id = row.text(0);
  s.name = row.text(1);
  s.driver = row.text(2);
  s.created = moment(3);
  s.updated = moment(4);
  base::read_value(base::parse_json(row.text(5), "labels"), s.labels, "labels");
  return s;
}

std::int64_t number(base::Moment moment) {
  return static_cast<std::int64_t>(moment.time_since_epoch().count());
}

void check_name(const std::string& name) {
  if (!name.empty() && name.size() <= kLongestName &&
      name.find_first_of(std::string_view("=/,\0", 4)) == std::string::npos)
    return;
  base::fail(
      Kind::usage,
      "secret name \"{}\" can not include '=', '/', ',', or the '\\0' (NULL) and be between 1 "
      "and {} characters: invalid secret name",
      name,
      kLongestName);
}

}  // namespace

std::optional<Secret> SecretStore::find(const std::string& name_or_id) {
  auto& db = store_.database();
  auto exact = db.query(fmt::format("SELECT {} FROM secrets WHERE name = ?1 OR id = ?1 "
                                    "ORDER BY name = ?1 DESC",
                                    kColumns),
                        name_or_id);
  if (exact.next()) return read(exact);
  if (!base::is_hex(name_or_id)) return std::nullopt;
  auto rows =
      db.query(fmt::format("SELECT {} FROM secrets WHERE id GLOB ? || '*'", kColumns), name_or_id);
  if (!rows.next()) return std::nullopt;
  Secret found = read(rows);
  if (rows.next()) {
    base::fail(
        Kind::usage, "more than one result secret with prefix {}: secret is ambiguous", name_or_id);
  }
  return found;
}

Secret SecretStore::get(const std::string& name_or_id) {
  if (auto secret = find(name_or_id)) return *secret;
  base::fail(Kind::not_found, "no secret with name or id \"{}\": no such secret", name_or_id);
}

std::vector<Secret> SecretStore::list() {
  std::vector<Secret> secrets;
  auto rows =
      store_.database().query(fmt::format("SELECT {} FROM secrets ORDER BY name", kColumns));
  while (rows.next()) secrets.push_back(read(rows));
  return secrets;
}

void SecretStore::sweep() {
  auto& db = store_.database();
  for (const auto& id : base::list_directory(store_.paths().secrets())) {
    auto rows = db.query("SELECT 1 FROM secrets WHERE id = ?", id);
    if (!rows.next()) base::remove_file(file(id));
  }
}

Secret SecretStore::create(Secret wanted, std::string_view data, TakenName taken) {
  check_name(wanted.name);
  if (wanted.driver != "file") {
    const bool known = wanted.driver == "pass" || wanted.driver == "shell";
    if (known)
      base::fail(Kind::unsupported, "secret driver {} is not supported yet", wanted.driver);
    base::fail(Kind::usage, "{}: invalid driver", wanted.driver);
  }
  if (data.empty() || data.size() >= kTooLarge) {
    base::fail(Kind::usage, "secret data must be larger than 0 and less than {} bytes", kTooLarge);
  }
  auto& db = store_.database();
  const auto lock = store_.lock("secrets");
  auto existing = find(wanted.name);
  if (existing && existing->name != wanted.name) existing.reset();  // an id that begins so
  if (existing && taken == TakenName::keep) return *existing;
  if (existing && taken == TakenName::refuse)
    base::fail(Kind::exists, "{}: secret name in use", wanted.name);
  sweep();
  wanted.id = base::random_hex(kIdDigits);
  wanted.updated = base::now();
  wanted.created = existing ? existing->created : wanted.updated;
  base::make_directories(store_.paths().secrets(), 0700);
  base::replace_file(file(wanted.id), data, 0600, base::Durable::yes);  // a row always has its file
  db.transaction(Sync::full, [&] {
    db.execute("DELETE FROM secrets WHERE name = ?", wanted.name);
    db.execute(
        "INSERT INTO secrets(id, name, driver, created, updated, labels) VALUES (?,?,?,?,?,?)",
        wanted.id,
        wanted.name,
        wanted.driver,
        number(wanted.created),
        number(wanted.updated),
        base::to_json(wanted.labels).dump());
  });
  if (existing) base::remove_file(file(existing->id));
  return wanted;
}

std::string SecretStore::data(const Secret& secret) {
  return base::read_file(file(secret.id));
}

std::string SecretStore::remove(const std::string& name_or_id) {
  const auto lock = store_.lock("secrets");
  const Secret secret = get(name_or_id);
  auto& db = store_.database();
  db.transaction(Sync::full, [&] { db.execute("DELETE FROM secrets WHERE id = ?", secret.id); });
  base::remove_file(file(secret.id));
  return secret.id;
}

}  // namespace storage
