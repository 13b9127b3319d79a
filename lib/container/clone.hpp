// SPDX-License-Identifier: Apache-2.0
// A container made as another one was, with a name of its own.
#pragma once

#include <string>

#include "container/engine.hpp"
#include "container/options.hpp"

namespace container {

/// "web-clone" for "web", then "web-clone1" and so on: the first that nobody has.
std::string clone_name(Engine& engine, const std::string& original);

/// What `create` makes the other one of: volumes are shared by name, files that only the original may write are left out.
CreateOptions options_of_clone(Engine& engine, const std::string& id);

}  // namespace container
