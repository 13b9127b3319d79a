// SPDX-License-Identifier: Apache-2.0
// One function per file of commands/, in alphabetical order.
#pragma once

#include "cli.hpp"

namespace cli {

void register_help(Verbs& verbs);
void register_version(Verbs& verbs);

}  // namespace cli
