// SPDX-License-Identifier: Apache-2.0
// `system check`: the whole store looked over. What killed commands left behind is removed; what is damaged is told.
#pragma once

#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

struct Findings {
  std::vector<std::string> swept;    ///< left behind by killed commands; gone now
  std::vector<std::string> damaged;  ///< missing or changed: needs a new pull or rm
};

Findings check_store(Engine& engine);

}  // namespace container
