// SPDX-License-Identifier: Apache-2.0
// What containers.conf says of new containers, as flags of run and create that stand before the user's own: so a default means
// what the flag means, and goes through the same checks.
#pragma once

#include <string>
#include <vector>

#include "container/config.hpp"
#include "flags.hpp"

namespace cli {

struct DefaultFlag {
  std::string key;   ///< "containers.env", for errors
  std::string name;  ///< "env"
  std::string value;
  /// The user's own flag of this name takes its place instead of adding to it.
  bool replaced = false;
};

std::vector<DefaultFlag> default_flags(const container::Config& config);

/// Applies those that the table has. `given` are the user's own, which come after. Throws ClientError when one is refused.
void apply_defaults(FlagTable& table,
                    const std::vector<DefaultFlag>& defaults,
                    const std::vector<GivenFlag>& given);

}  // namespace cli
