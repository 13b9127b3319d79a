// SPDX-License-Identifier: Apache-2.0
// `pull`: an image from a registry into the store.
#pragma once

#include "image/transfer.hpp"
#include "image/transfer/registry_access.hpp"
#include "storage/store.hpp"

namespace image {

using PullSettings = RegistrySettings;

/// Fetches what is not here yet and gives the image its name. All of an image or nothing of it becomes visible; layers
/// that were complete when it failed stay for a retry. Progress goes to stdout, or stderr for `run` and podman.
PullResult pull_image(storage::Store& store,
                      const PullRequest& request,
                      const PullSettings& settings = {});

}  // namespace image
