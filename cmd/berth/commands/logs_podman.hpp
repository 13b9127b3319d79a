// SPDX-License-Identifier: Apache-2.0
// podman logs: several containers at once, told apart by name, id or colour.
#pragma once

#include "cli.hpp"

namespace cli {

void add_podman_logs(Verbs& verbs);

}  // namespace cli
