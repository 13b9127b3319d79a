// SPDX-License-Identifier: Apache-2.0
// One command from argv to exit code.
#pragma once

#include <functional>
#include <string>

#include "cli.hpp"

namespace cli {

/// Carries out `words` (argv without the program) of a program called `name`; `fill` registers the
/// verbs. Prints every error; nothing but std::bad_alloc leaves it.
int run_program(const std::string& name,
                const Words& words,
                const std::function<void(Verbs&)>& fill);

}  // namespace cli
