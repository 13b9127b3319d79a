// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/fixup.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_fields.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/layer_store.hpp"

namespace image {

namespace {

std::vector<std::string> implicit_directories(const storage::Layer& layer) {
  std::vector<std::string> directories;
  const auto text = base::find_file_text(layer.implicit_list());
  if (!text) return directories;
  for (auto& path : base::split(*text, '\0')) {
    if (!path.empty()) directories.push_back(std::move(path));
  }
  return directories;
}

}  // namespace

void keep_implicit_directories(const std::string& layer_directory,
                               const std::vector<std::string>& directories) {
  if (directories.empty()) return;
  // Names of files are bytes: no text format but this one takes them all.
  std::string text;
  for (const auto& path : directories) text.append(path).push_back('\0');
  storage::Layer layer;
  layer.path = layer_directory;
  base::write_file(layer.implicit_list(), text, 0600);
}

std::optional<std::string> make_fixup(storage::Store& store,
                                      const std::vector<std::string>& layer_ids) {
  storage::LayerStore layers(store);
  std::vector<std::string> diffs;
  std::vector<std::vector<std::string>> implicit;
  for (const auto& id : layer_ids) {
    const auto layer = layers.find(id);
    if (!layer) base::fail(base::Kind::bug, "layer {} is not in the store", id);
    diffs.push_back(layer->diff());
    implicit.push_back(implicit_directories(*layer));
  }
  // The lowest layer has nothing below that it could take from.
  const bool may_need = std::any_of(implicit.begin() + (implicit.empty() ? 0 : 1),
                                    implicit.end(),
                                    [](const auto& list) { return !list.empty(); });
  if (!may_need) return std::nullopt;
  storage::Layer fixup;
  fixup.id = "fixup:" + base::sha256_hex(base::join(layer_ids, "\n"));
  if (layers.lease(fixup.id)) return fixup.id;
  const auto staging = store.make_staging("fixup");
  const std::string directory = staging.path() + "/layer";
  base::make_directory(directory, 0700);
  if (!storage::write_fixup(diffs, implicit, directory)) return std::nullopt;
  layers.commit(fixup, directory, std::nullopt);
  return fixup.id;
}

}  // namespace image
