// SPDX-License-Identifier: Apache-2.0
// mounts.conf: what the host's administrator mounts into every container of Podman's, "SOURCE:TARGET" or "PATH" a line.
#pragma once

#include <string>
#include <vector>

#include "container/options.hpp"

namespace cli {

/// Read-only binds for the lines of `file` (empty: of the usual places; that in /etc goes before the distribution's). What is
/// not there on this host is passed over, and so is what `mounts` has something at already.
void add_default_mounts(const std::string& file, std::vector<container::MountOption>& mounts);

}  // namespace cli
