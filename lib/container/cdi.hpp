// SPDX-License-Identifier: Apache-2.0
// Devices by the Container Device Interface: what "vendor.com/class=name" stands for is described by JSON files that the
// vendor's tools leave in /etc/cdi and /var/run/cdi.
#pragma once

#include <string>
#include <vector>

#include "base/json_fields.hpp"

namespace container {

/// Where specifications lie; a later directory wins.
std::vector<std::string> cdi_directories();

/// Adds to config.json what the devices need: nodes, mounts, variables and hooks. Without root (`rootless`) nodes are bind
/// mounts. Kind not_found for a device that no file describes.
void add_cdi_devices(base::Json& spec,
                     const std::vector<std::string>& devices,
                     const std::vector<std::string>& directories,
                     bool rootless);

}  // namespace container
