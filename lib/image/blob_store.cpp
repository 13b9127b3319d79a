// SPDX-License-Identifier: Apache-2.0
#include "image/blob_store.hpp"

#include <set>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"

namespace image {

namespace {

constexpr std::string_view kSha256 = "sha256:";

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && base::is_hex(text);
}

}  // namespace

std::string BlobStore::path(const std::string& digest) const {
  if (!digest.starts_with(kSha256) || !is_sha256_hex(digest.substr(kSha256.size()))) {
    base::fail(base::Kind::corrupt, "\"{}\" is no sha256 digest", base::printable(digest));
  }
  return store_.paths().blobs() + "/" + digest.substr(kSha256.size());
}

std::optional<std::string> BlobStore::find(const std::string& digest) {
  return base::find_file_text(path(digest));
}

std::string BlobStore::get(const std::string& digest) {
  if (auto bytes = find(digest)) return std::move(*bytes);
  base::fail(base::Kind::not_found, "blob {} is missing from the store", digest);
}

void BlobStore::put(const std::map<std::string, std::string>& blobs) {
  std::optional<storage::Store::Staging> staging;
  for (const auto& [digest, bytes] : blobs) {
    const std::string target = path(digest);
    // What a power loss left there may be cut off.
    if (base::find_file_text(target) == bytes) continue;
    if (!staging) staging.emplace(store_.make_staging("blobs"));
    const std::string made = staging->path() + "/" + digest.substr(kSha256.size());
    base::write_file(made, bytes, 0600);
    base::rename_path(made, target);
  }
}

void BlobStore::sweep() {
  storage::Database& db = store_.database();
  // Nothing is written: the transaction only keeps others from naming a blob that is about to go.
  db.transaction(storage::Sync::none, [&] {
    std::set<std::string> needed;
    auto rows = db.query(
        "SELECT id FROM images UNION SELECT manifest FROM images UNION SELECT digest FROM digests");
    while (rows.next()) needed.insert(rows.text(0));
    for (const auto& name : base::list_directory(store_.paths().blobs())) {
      if (is_sha256_hex(name) && !needed.contains(std::string(kSha256) + name)) {
        base::remove_file(store_.paths().blobs() + "/" + name);
      }
    }
  });
}

}  // namespace image
