// SPDX-License-Identifier: Apache-2.0
#include "image/history.hpp"

#include <algorithm>

namespace image {

std::vector<HistoryStep> history(ImageStore& images, const Image& image) {
  const Config config = images.config(image);
  storage::LayerStore layers(images.store());
  std::vector<HistoryStep> steps;
  std::size_t next_layer = 0;
  const auto size_of_next = [&] {
    if (next_layer >= config.rootfs.diff_ids.size()) return std::int64_t{0};
    const auto layer = layers.find(config.rootfs.diff_ids[next_layer++]);
    return layer ? layer->size : 0;
  };
  for (const auto& entry : config.history) {
    steps.push_back({"<missing>",
                     base::parse_rfc3339(entry.created).value_or(base::Moment{}),
                     entry.created_by,
                     entry.comment,
                     entry.empty_layer ? 0 : size_of_next(),
                     {}});
  }
  // A config may leave its history out, or tell less than it has layers.
  while (next_layer < config.rootfs.diff_ids.size()) {
    steps.push_back({"<missing>", image.created, "", "", size_of_next(), {}});
  }
  std::reverse(steps.begin(), steps.end());
  if (!steps.empty()) {
    steps.front().image = image.id;
    steps.front().names = images.names(image.id);
  }
  return steps;
}

}  // namespace image
