// SPDX-License-Identifier: Apache-2.0
// Walks a parsed template over data.
#pragma once

#include <string>

#include "render/go_template.hpp"
#include "render/go_tree.hpp"

namespace render {

/// Appends to `out`. Kind usage with Go's text when the data does not fit the template.
void execute_template(const Tree& tree, const Data& data, std::string& out);

}  // namespace render
