// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json_fields.hpp"
#include "storage/volume_store.hpp"

namespace cli {

/// What `volume inspect` shows, in Docker's shape.
inline base::Json volume_json(const storage::Volume& volume) {
  const auto or_null = [](const std::map<std::string, std::string>& map) {
    return map.empty() ? base::Json(nullptr) : base::Json(map);
  };
  return {{"CreatedAt", base::rfc3339(volume.created)},
          {"Driver", volume.driver},
          {"Labels", or_null(volume.labels)},
          {"Mountpoint", volume.path},
          {"Name", volume.name},
          {"Options", or_null(volume.options)},
          {"Scope", "local"}};
}

}  // namespace cli
