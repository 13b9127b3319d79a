// SPDX-License-Identifier: Apache-2.0
// Which containers a listing shows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "container/engine.hpp"
#include "container/state.hpp"

namespace container {

/// Values by key, as --filter gives them: one key several times is "or" (for labels: "and"), different keys are "and".
using Filters = std::map<std::string, std::vector<std::string>>;

struct Listed {
  Record record;
  State state;
};

/// Whose keys and meanings filters have.
enum class FilterWords { docker, podman };

struct ListOptions {
  bool all = false;  ///< not only running ones
  int last = 0;      ///< the newest n, running or not; 0: no limit
  Filters filters;
  FilterWords words = FilterWords::docker;
};

/// Newest first. Kind usage "invalid filter 'x'" (podman: "x is an invalid filter") for an unknown key or value.
std::vector<Listed> list(Engine& engine, const ListOptions& options);

/// Removes containers that have ended without anybody to clean up (their monitor was killed), as the listing met
/// them: nobody waits for a lock here.
void repair(Engine& engine, const std::vector<Listed>& listed);

}  // namespace container
