// SPDX-License-Identifier: Apache-2.0
// One line of stats, in the fields of either dialect.
#pragma once

#include <nlohmann/json.hpp>

#include "container/record.hpp"
#include "container/usage.hpp"

namespace cli {

/// Two samples of one container.
struct Sample {
  container::Record record;
  std::string asked;  ///< as the user named it
  container::Usage before, now;
};

nlohmann::json docker_stats(const Sample& sample, bool no_trunc);

/// Texts for podman's table and its lists of JSON ("cpu_percent"), and the numbers behind them.
nlohmann::json podman_stats(const Sample& sample, bool no_trunc);
nlohmann::json podman_stats_json(const Sample& sample);
nlohmann::json podman_stats_numbers(const Sample& sample);

}  // namespace cli
