// SPDX-License-Identifier: Apache-2.0
// `pull`: an image from a registry into the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/transfer.hpp"
#include "image/transfer/http.hpp"
#include "image/transfer/retry.hpp"
#include "storage/store.hpp"

namespace image {

/// What does not come from the user's request.
struct PullSettings {
  HttpLimits http = {};
  RetryLimits retry = {};
  int parallel = 3;  ///< layers at a time: each has a thread that reads and one that unpacks
  std::optional<std::vector<std::string>> registries_conf = {};  ///< unset: the usual files
};

/// Fetches what is not here yet and gives the image its name. All of an image or nothing of it becomes visible; layers
/// that were complete when it failed stay for a retry. Progress goes to stdout, or stderr for `run` and podman.
PullResult pull_image(storage::Store& store,
                      const PullRequest& request,
                      const PullSettings& settings = {});

}  // namespace image
