// SPDX-License-Identifier: Apache-2.0
#include "image/mount.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "storage/merged_copy.hpp"
#include "storage/overlay.hpp"

namespace image {

namespace {

std::string directory_of(const storage::Store& store) {
  return store.paths().runroot() + "/images";
}

std::string hex_of(const std::string& id) {
  return id.substr(id.find(':') + 1);
}

std::string path_of(const storage::Store& store, const std::string& id) {
  return directory_of(store) + "/" + hex_of(id);
}

std::string copy_of(const storage::Store& store, const std::string& id) {
  return store.paths().image_copies() + "/" + hex_of(id);
}

/// Read-only, as an overlay without a layer of its own is.
base::UniqueFd mount_copy(storage::Store& store,
                          const std::string& id,
                          const std::vector<std::string>& lower) {
  const std::string place = copy_of(store, id);
  base::remove_tree(place);  // left by a reboot
  store.sweep_staging();
  const auto staging = store.make_staging("image");
  const std::string made = staging.path() + "/root";
  base::make_directory(made, 0755);
  base::in_context("copy the image", [&] {
    storage::copy_merged(storage::MergedTree::of_layers(lower), made, std::nullopt);
  });
  base::make_directories(store.paths().image_copies(), 0700);
  base::rename_path(made, place);
  auto mount = storage::clone_mount(base::open_file(place, O_PATH | O_DIRECTORY).get(), false);
  storage::set_attributes(mount.get(), MOUNT_ATTR_RDONLY);
  return mount;
}

}  // namespace

std::string mount_image(ImageStore& images, const Image& image) {
  storage::Store& store = images.store();
  const auto lock = store.lock("image-" + hex_of(image.id));
  const std::string path = path_of(store, image.id);
  if (storage::is_mountpoint(path)) return path;
  storage::OverlayPlan plan;
  for (const auto& layer : storage::LayerStore(store).of_image(image.id))
    plan.lower.push_back(layer.diff());
  base::make_directories(path, 0700);
  if (store.driver() == storage::Driver::vfs) {
    storage::attach_mount(mount_copy(store, image.id, plan.lower).get(), path);
    return path;
  }
  // An overlay of one directory alone is refused; an empty one below it changes nothing.
  const std::string empty = directory_of(store) + "/empty";
  base::make_directories(empty, 0700);
  while (plan.lower.size() < 2) plan.lower.insert(plan.lower.begin(), empty);
  if (plan.lower[0] == plan.lower[1]) plan.lower[0] = path;
  const auto mount = storage::make_overlay(plan, store.attributes());
  storage::attach_mount(mount.get(), path);
  return path;
}

bool unmount_image(storage::Store& store, const std::string& id, bool force) {
  const std::string path = path_of(store, id);
  if (!storage::is_mountpoint(path)) return false;
  const auto lock = store.lock("image-" + hex_of(id));
  const bool done = storage::unmount_shown(path, force);
  base::remove_tree(copy_of(store, id));
  return done;
}

bool is_mounted(const storage::Store& store, const std::string& id) {
  return storage::is_mountpoint(path_of(store, id));
}

std::vector<MountedImage> mounted_images(const storage::Store& store) {
  std::vector<MountedImage> mounted;
  for (const auto& name : base::list_directory(directory_of(store))) {
    const std::string path = directory_of(store) + "/" + name;
    if (storage::is_mountpoint(path)) mounted.push_back({"sha256:" + name, path});
  }
  return mounted;
}

}  // namespace image
