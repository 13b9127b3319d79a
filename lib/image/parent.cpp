// SPDX-License-Identifier: Apache-2.0
#include "image/parent.hpp"

#include <algorithm>
#include <vector>

namespace image {

namespace {

/// Images whose top layer is the last but one of this image's.
std::vector<std::string> candidates(ImageStore& images, const std::string& id) {
  std::vector<std::string> found;
  auto rows = images.store().database().query(
      "SELECT below.image FROM image_layers mine JOIN image_layers below "
      "ON below.layer = mine.layer AND below.position = mine.position "
      "WHERE mine.image = ?1 AND below.image <> ?1 "
      "AND mine.position = (SELECT MAX(position) - 1 FROM image_layers WHERE image = ?1) "
      "AND NOT EXISTS (SELECT 1 FROM image_layers above WHERE above.image = below.image "
      "AND above.position > below.position) ORDER BY below.image",
      id);
  while (rows.next()) found.push_back(rows.text(0));
  return found;
}

/// True when `longer` is `shorter` and one more.
template <typename List>
bool is_one_more(const List& shorter, const List& longer) {
  return shorter.size() + 1 == longer.size() &&
         std::equal(shorter.begin(), shorter.end(), longer.begin());
}

base::Json history_of(const base::Json& config) {
  const auto found = config.find("history");
  return found != config.end() && found->is_array() ? *found : base::Json::array();
}

}  // namespace

std::string named_parent(ImageStore& images, const base::Json& config) {
  const auto found = config.find("parent");
  if (found == config.end() || !found->is_string()) return "";
  const auto id = found->get<std::string>();
  return images.find_by_id(id) ? id : "";
}

std::string derived_parent(ImageStore& images, const Image& image, const base::Json& config) {
  if (auto named = named_parent(images, config); !named.empty()) return named;
  const auto diff_ids = base::from_json<Config>(config, "image config").rootfs.diff_ids;
  const auto history = history_of(config);
  for (const auto& id : candidates(images, image.id)) {
    const auto below = base::parse_json(images.blob(id), "image config");
    const auto its_ids = base::from_json<Config>(below, "image config").rootfs.diff_ids;
    if (is_one_more(its_ids, diff_ids) && is_one_more(history_of(below), history)) return id;
  }
  return "";
}

}  // namespace image
