// SPDX-License-Identifier: Apache-2.0
#include "image/mount.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
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
  if (!storage::is_mountpoint(path)) return false;
  if (::umount2(path.c_str(), UMOUNT_NOFOLLOW | (force ? MNT_DETACH : 0)) < 0) {
    if (errno == EBUSY) base::fail(base::Kind::in_use, "{} is being used", path);
    base::sys_fail("unmount {}", path);
  }
  ::rmdir(path.c_str());
  return true;
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
