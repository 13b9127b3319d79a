// SPDX-License-Identifier: Apache-2.0
// What `image inspect` shows of an image.
#pragma once

#include "base/json_fields.hpp"
#include "image/image_store.hpp"

namespace image {

/// Which fields of the config are there although they are empty: none when printed, as Docker does;
/// all when a template asks, which expects `{{.Config.User}}` to be there.
enum class EmptyFields { left_out, kept };

/// Docker's shape: what 29 prints, and what scripts read of earlier versions (GraphDriver, Parent,
/// Comment).
base::Json inspect_json(ImageStore& images,
                        const Image& image,
                        EmptyFields empty = EmptyFields::left_out);

/// Podman's shape.
base::Json inspect_json_podman(ImageStore& images,
                               const Image& image,
                               EmptyFields empty = EmptyFields::left_out);

}  // namespace image
