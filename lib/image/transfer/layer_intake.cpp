// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/layer_intake.hpp"

#include "base/file.hpp"
#include "base/id.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "storage/layer/early_sync.hpp"

namespace image {

LayerIntake::LayerIntake(storage::Store& store)
    : store_(store), staging_(store.make_staging("load")) {}

std::optional<ArchivedLayer> LayerIntake::find_known(const std::string& path) {
  std::string hex = path.substr(path.rfind('/') + 1);
  if (hex.ends_with(".tar")) hex.resize(hex.size() - 4);
  if (hex.size() != 64 || !base::is_hex(hex)) return std::nullopt;
  const std::string digest = "sha256:" + hex;
  storage::LayerStore layers(store_);
  auto found = layers.find(digest);
  if (!found) found = layers.find_by_source(digest);
  if (!found || !layers.lease(found->id)) return std::nullopt;
  ArchivedLayer layer;
  layer.written.digest = digest;
  layer.written.diff_id = found->id;
  return layer;
}

ArchivedLayer LayerIntake::unpack(const storage::ByteSource& source) {
  ArchivedLayer layer;
  layer.directory = staging_.path() + "/" + std::to_string(count_++);
  base::make_directory(layer.directory, 0700);
  try {
    storage::EarlySync early_sync(layer.directory);
    layer.written = storage::write_layer(source, layer.directory, store_.layer_attributes());
    early_sync.finish();
  } catch (...) {
    base::remove_tree(layer.directory);
    throw;
  }
  return layer;
}

std::optional<std::string> member_path(const std::string& name) {
  std::vector<std::string> parts;
  for (auto& part : base::split(name, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (parts.empty()) return std::nullopt;
      parts.pop_back();
    } else {
      parts.push_back(std::move(part));
    }
  }
  return base::join(parts, "/");
}

}  // namespace image
