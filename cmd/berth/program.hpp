// SPDX-License-Identifier: Apache-2.0
// One command from argv to exit code.
#pragma once

#include <functional>
#include <string>

#include "cli.hpp"

namespace cli {

/// Registers what `words` may name, or everything where they name nothing, as register_verbs.
using FillVerbs = std::function<void(Verbs&, const Words& words)>;

/// Carries out `words` (argv without the program) of a program called `name`. Prints every error;
/// nothing but std::bad_alloc leaves it.
int run_program(const std::string& name, const Words& words, const FillVerbs& fill);

}  // namespace cli
