// SPDX-License-Identifier: Apache-2.0
// What `podman inspect` tells of a container: Docker's object with other names, other empty values and more of it.
#pragma once

#include "container/inspect.hpp"

namespace container {

base::Json inspect_podman(Engine& engine, const Record& record, const InspectOptions& options = {});

}  // namespace container
