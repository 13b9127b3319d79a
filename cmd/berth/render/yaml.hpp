// SPDX-License-Identifier: Apache-2.0
// JSON written as YAML, in the plain style of Go's encoder.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace render {

/// Ends with a newline. Texts that YAML would read as something else are quoted.
std::string yaml(const nlohmann::json& json);

}  // namespace render
