// SPDX-License-Identifier: Apache-2.0
#include "container/image_mounts.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/state.hpp"

namespace container {

namespace {

/// Ids of images, a line each.
constexpr const char* kNote = "/image-mounts";

std::vector<std::string> read_note(const std::string& run_directory) {
  std::vector<std::string> ids;
  for (auto& id : base::split(base::find_file_text(run_directory + kNote).value_or(""), '\n'))
    if (!id.empty()) ids.push_back(std::move(id));
  return ids;
}

void write_note(const std::string& run_directory, const std::vector<std::string>& ids) {
  base::replace_file(run_directory + kNote, base::join(ids, "\n"), 0600);
}

/// Run directories of containers that run and have a note.
std::vector<std::string> noted(Engine& engine) {
  std::vector<std::string> directories;
  for (const auto& record : engine.containers.list_everywhere()) {
    std::string directory = engine.run_directory(record.id);
    if (!base::exists(directory + kNote) || !state_of(engine, record).has_process()) continue;
    directories.push_back(std::move(directory));
  }
  return directories;
}

}  // namespace

std::vector<storage::Layer> keep_image(Engine& engine,
                                       const std::string& container,
                                       const image::Image& image) {
  std::vector<storage::Layer> layers;
  // An image store's are known here from now on.
  if (image.read_only) engine.layers.lease_all(engine.layers.of_image(image.id));
  engine.store.database().transaction(storage::Sync::none, [&] {
    layers = engine.layers.of_image(engine.images.get(image.id).id);
    engine.containers.keep_layers(container, layers);
    if (image.read_only) engine.layers.end_leases();
  });
  return layers;
}

void note_image_mount(const std::string& run_directory, const image::Image& image) {
  auto ids = read_note(run_directory);
  if (std::find(ids.begin(), ids.end(), image.id) != ids.end()) return;
  ids.push_back(image.id);
  write_note(run_directory, ids);
}

std::vector<std::string> images_in_containers(Engine& engine) {
  std::vector<std::string> all;
  for (const auto& directory : noted(engine)) {
    const auto ids = read_note(directory);
    all.insert(all.end(), ids.begin(), ids.end());
  }
  return all;
}

bool discount_image_mount(Engine& engine, const std::string& image) {
  const auto lock = engine.store.lock("image-" + image.substr(image.find(':') + 1));
  for (const auto& directory : noted(engine)) {
    auto ids = read_note(directory);
    const auto found = std::find(ids.begin(), ids.end(), image);
    if (found == ids.end()) continue;
    ids.erase(found);
    write_note(directory, ids);
    return true;
  }
  return false;
}

}  // namespace container
