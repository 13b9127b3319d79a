// SPDX-License-Identifier: Apache-2.0
// What images take on disk. Sizes were noted when layers were unpacked: nothing is walked.
#pragma once

#include <cstdint>
#include <vector>

#include "image/filter.hpp"

namespace image {

struct ImageUsage {
  Listed listed;
  std::int64_t shared = 0;  ///< of layers that other images have, too

  std::int64_t unique() const { return listed.image.size - shared; }
};

struct DiskUsage {
  std::vector<ImageUsage> images;  ///< latest first
  std::int64_t layers = 0;         ///< of all layers of images, each counted once
};

DiskUsage disk_usage(ImageStore& images);

}  // namespace image
