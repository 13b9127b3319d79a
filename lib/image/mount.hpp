// SPDX-License-Identifier: Apache-2.0
// An image's root file system mounted for people to look at, read-only, below RUNROOT/images: the one mount of ours that
// the host sees. What is mounted is asked of the kernel, so a reboot leaves nothing to repair.
#pragma once

#include <string>
#include <vector>

#include "image/image_store.hpp"

namespace image {

struct MountedImage {
  std::string id, path;
};

/// Mounts it, unless it is mounted already; returns where.
std::string mount_image(ImageStore& images, const Image& image);

/// False when it was not mounted. Kind in_use when somebody works there, unless `force`: then it goes when they leave.
bool unmount_image(storage::Store& store, const std::string& id, bool force = false);

bool is_mounted(const storage::Store& store, const std::string& id);

std::vector<MountedImage> mounted_images(const storage::Store& store);

}  // namespace image
