// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "speech.hpp"

namespace cli {

/// "0.1.0".
std::string version_number();

/// The commit it was built from, short; "unknown" outside a checkout.
std::string version_commit();

/// When that commit was made, in RFC 3339; empty outside a checkout. (Not when it was compiled: builds repeat.)
std::string build_time();

/// What -v prints. Tools look for the words "Docker version" and "podman version" (kind, Dev
/// Containers), so the program's name decides.
std::string version_line(const Speech& speech);

}  // namespace cli
