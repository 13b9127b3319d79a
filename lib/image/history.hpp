// SPDX-License-Identifier: Apache-2.0
// How an image came to be, step by step, as its config tells it.
#pragma once

#include <string>
#include <vector>

#include "image/image_store.hpp"

namespace image {

struct HistoryStep {
  std::string image;       ///< id: only the latest step has one, the others are "<missing>"
  base::Moment created{};  ///< zero when the config does not say
  std::string created_by, comment;
  std::int64_t size = 0;           ///< of the step's layer; 0 for a step without
  std::vector<std::string> names;  ///< full names of the image, at the latest step
};

/// Latest first.
std::vector<HistoryStep> history(ImageStore& images, const Image& image);

}  // namespace image
