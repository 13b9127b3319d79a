// SPDX-License-Identifier: Apache-2.0
// The image that another one was committed on.
#pragma once

#include <optional>
#include <string>

#include "base/json_fields.hpp"
#include "image/image_store.hpp"

namespace image {

/// The id that a config in Docker's format names, as long as that image is here; else empty.
std::string named_parent(ImageStore& images, const base::Json& config);

/// Podman's: that, or an image that has all layers and steps of this one but the last; else empty.
std::string derived_parent(ImageStore& images, const Image& image, const base::Json& config);

}  // namespace image
