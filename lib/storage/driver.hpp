// SPDX-License-Identifier: Apache-2.0
// How a container gets its root from the layers of its image. Images are the same for both.
#pragma once

#include <optional>
#include <string>

namespace storage {

enum class Driver {
  overlay,  ///< mounted on each other, with a layer of the container's own on top
  vfs,      ///< copied into a directory of the container's own: for places that carry no overlay
};

/// "overlay" (docker says overlay2) or "vfs"; nothing for another word.
std::optional<Driver> parse_driver(const std::string& word);

const char* driver_name(Driver driver);

/// What STORAGE_DRIVER says, or else storage.conf (storage_conf.hpp). Without `usual_places` only variables are looked at. Kind
/// unsupported for a driver that is neither.
std::optional<Driver> configured_driver(bool usual_places);

}  // namespace storage
