// SPDX-License-Identifier: Apache-2.0
// HostConfig of `inspect`.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "container/engine.hpp"

namespace container {

base::Json host_config_json(Engine& engine, const Details& details);

/// Config.Env: the user's and the image's variables, as Docker lists them.
std::vector<std::string> config_environment(const CreateOptions& options,
                                            const image::RunConfig& image);

base::Json manifest_descriptor(Engine& engine, const Details& details);

}  // namespace container
