// SPDX-License-Identifier: Apache-2.0
// Go's fmt for JSON values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace render {

using Json = nlohmann::json;

/// %v: "text", "5", "true", "[a b]", "map[k:v]", "<nil>".
std::string go_text(const Json& value);

/// fmt.Sprintf.
std::string go_sprintf(std::string_view format, const std::vector<Json>& arguments);

/// fmt.Sprint: a blank between operands when neither is a string.
std::string go_sprint(const std::vector<Json>& arguments);

/// fmt.Sprintln: blanks between all, a newline at the end.
std::string go_sprintln(const std::vector<Json>& arguments);

/// As Go's encoder without HTML escaping, keys sorted: on one line, or indented by `indent` blanks
/// a level.
std::string go_json(const Json& value, int indent = 0);

}  // namespace render
