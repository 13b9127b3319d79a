// SPDX-License-Identifier: Apache-2.0
// What this process may hand on: a container gets no more.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "container/options.hpp"

namespace container {

/// Hard rlimits by their names ("nofile"), -1: unlimited.
std::map<std::string, std::int64_t> hard_limits();

/// This process's own, soft and hard.
std::vector<Ulimit> own_ulimits();

/// Whether devpts can have its group 5 here.
bool maps_tty_group();

/// The lowest oom_score_adj that may be set.
int own_oom_score_adj();

}  // namespace container
