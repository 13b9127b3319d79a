// SPDX-License-Identifier: Apache-2.0
// What Podman's filters of containers mean.
#pragma once

#include <functional>
#include <vector>

#include "container/listing.hpp"

namespace container {

using ListTest = std::function<bool(const Listed&)>;

/// Tests that a container must all pass. Kind usage, in Podman's words, for an unknown key or value.
std::vector<ListTest> podman_tests(Engine& engine, const Filters& filters);

}  // namespace container
