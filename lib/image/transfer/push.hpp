// SPDX-License-Identifier: Apache-2.0
// `push`: images of the store into a registry.
//
// Where the layers' blobs come out as those that were pulled, the pulled manifest itself is sent, so that the image has
// the same digest there; else it is that manifest with the blobs that its layers have in the registry.
#pragma once

#include "image/transfer/registry_access.hpp"
#include "image/transfer_push.hpp"
#include "storage/store.hpp"

namespace image {

/// Sends layers, config and manifest, in this order: a name never stands for half an image. The image is known by its
/// new digest, too, then. Progress goes to stdout, or stderr for podman. Kind not_found when there is no such image.
PushResult push_images(storage::Store& store,
                       const PushRequest& request,
                       const RegistrySettings& settings = {});

}  // namespace image
