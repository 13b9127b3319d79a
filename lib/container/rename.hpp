// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "container/engine.hpp"

namespace container {

/// Gives a container another name, with Docker's sentences for one that is taken, its own or none.
void rename(Engine& engine, const std::string& name, const std::string& new_name);

}  // namespace container
