// SPDX-License-Identifier: Apache-2.0
// The grammars of -v, --mount and --tmpfs.
#pragma once

#include <string>

#include "container/mount_options.hpp"

namespace cli {

/// "[SOURCE:]TARGET[:MODE,…]", docker's and podman's. Throws ClientError or base::Error, as docker's client or engine
/// refuses; kind unsupported for podman's U, O and idmap.
container::MountOption parse_volume(const std::string& text);

/// "type=bind,src=/x,dst=/y,…". Throws base::Error of kind usage or unsupported; what docker's engine checks is left to
/// container::validate.
container::MountOption parse_mount(const std::string& text);

/// "TARGET[:OPTION,…]".
container::MountOption parse_tmpfs(const std::string& text);

/// A path that begins with "." taken from the working directory; any other as it is (docker).
std::string absolute_source(const std::string& source);

}  // namespace cli
