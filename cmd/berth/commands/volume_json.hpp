// SPDX-License-Identifier: Apache-2.0
// A volume as `volume inspect` and podman's `volume ls --format json` show it.
#pragma once

#include "base/json_fields.hpp"
#include "storage/volume_store.hpp"

namespace cli {

/// In Docker's shape.
base::Json volume_json(const storage::Volume& volume);

/// In podman's.
base::Json volume_json_podman(const storage::Volume& volume);

}  // namespace cli
