// SPDX-License-Identifier: Apache-2.0
// Making a container: everything that is decided once.
#pragma once

#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

struct Created {
  Record record;
  Details details;
  std::vector<std::string> warnings;  ///< Docker's, about limits that this host cannot have
};

/// Whether the container is meant to start at once (run): saves the transaction that start would need.
enum class StartsNow { no, yes };

/// Makes a container of an image that is here. Volumes are made as needed. Undone whole on failure.
Created create(Engine& engine, CreateOptions options, const image::Image& image, StartsNow starts);

}  // namespace container
