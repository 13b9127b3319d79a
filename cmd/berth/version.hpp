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

/// Go's name of this machine, "amd64": what images call it, too.
std::string go_architecture();

/// The version of another program by the first line of its --version ("crun version 1.8.1"); empty
/// when there is no such program or it does not say.
std::string program_version(const std::string& program);

}  // namespace cli
