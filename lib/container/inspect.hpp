// SPDX-License-Identifier: Apache-2.0
// What `inspect` tells of a container, in the shape of Docker's API 1.44 and later: Docker 29's fields together with the
// lasting ones it dropped (GraphDriver, NetworkSettings.IPAddress).
#pragma once

#include <nlohmann/json.hpp>

#include "container/engine.hpp"

namespace container {

struct InspectOptions {
  bool size = false;  ///< SizeRw and SizeRootFs
  bool keep_empty =
      false;  ///< also fields that Docker leaves out of what it prints when they are empty
};

base::Json inspect(Engine& engine, const Record& record, const InspectOptions& options = {});

/// Bytes in the container's own layer, and with the layers below.
struct Sizes {
  std::int64_t own = 0, total = 0;
};

Sizes sizes_of(Engine& engine, const Record& record);

/// The spans of a health check as templates show them.
void set_spans(base::Json& check);

/// "80/tcp"
std::string port_key(const network::PortMapping& port);

}  // namespace container
