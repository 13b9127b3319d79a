// SPDX-License-Identifier: Apache-2.0
// The two shapes of `info`: what docker's engine and what podman tell of a host.
#pragma once

#include <string>

#include "base/json_fields.hpp"
#include "session.hpp"

namespace cli {

base::Json docker_info(Session& session);

/// As docker's client prints it; warnings of the engine go to stderr, which is the caller's.
std::string docker_info_text(const base::Json& info);

/// With the names of podman's JSON.
base::Json podman_info(Session& session);

/// The same with the names that templates use: {{.Host.OCIRuntime.Name}}.
base::Json podman_info_fields(const base::Json& info);

}  // namespace cli
