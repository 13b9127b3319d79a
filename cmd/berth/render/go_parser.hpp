// SPDX-License-Identifier: Apache-2.0
// Tokens to a tree.
#pragma once

#include <memory>
#include <string>

#include "render/go_tree.hpp"

namespace render {

/// Kind usage with Go's text when it is no template.
std::shared_ptr<const Tree> parse_template(const std::string& name, const std::string& source);

}  // namespace render
