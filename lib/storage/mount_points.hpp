// SPDX-License-Identifier: Apache-2.0
// The lowest layer of every container: empty files and directories where the engine mounts something in each of them. Without
// it the runtime makes what the image lacks in the container's own layer, which costs a copy of /etc and three files at each
// start, and a commit would have them. Docker has the same in a layer of its own ("-init").
#pragma once

#include <string>

#include "storage/store.hpp"

namespace storage {

/// Its directory, made at the first call.
std::string mount_points_layer(Store& store);

}  // namespace storage
