// SPDX-License-Identifier: Apache-2.0
#include "image/disk_usage.hpp"

#include <map>
#include <string>

namespace image {

DiskUsage disk_usage(ImageStore& images) {
  DiskUsage usage;
  std::map<std::string, std::int64_t> shared;
  auto& database = images.store().database();
  auto total = database.query(
      "SELECT COALESCE(SUM(size), 0) FROM layers WHERE id IN (SELECT layer FROM image_layers)");
  if (total.next()) usage.layers = total.integer(0);
  auto rows = database.query(
      "SELECT i.image, SUM(l.size) FROM image_layers i JOIN layers l ON l.id = i.layer "
      "WHERE i.layer IN "
      "(SELECT layer FROM image_layers GROUP BY layer HAVING COUNT(DISTINCT image) > 1) "
      "GROUP BY i.image");
  while (rows.next()) shared[rows.text(0)] = rows.integer(1);
  for (auto& listed : list_all(images)) {
    if (listed.image.read_only) continue;
    const auto bytes = shared[listed.image.id];
    usage.images.push_back({std::move(listed), bytes});
  }
  return usage;
}

}  // namespace image
