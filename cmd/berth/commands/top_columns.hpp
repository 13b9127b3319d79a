// SPDX-License-Identifier: Apache-2.0
// The columns of podman's top, read from /proc.
#pragma once

#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace cli {

/// A table, cells ended by tabs, of the columns that `descriptors` name ("pid", "user,comm"); none: podman's usual ones.
/// Processes that end meanwhile are left out. Throws ClientError for an unknown descriptor.
std::string top_table(const std::set<pid_t>& pids,
                      pid_t init,
                      const std::vector<std::string>& descriptors);

}  // namespace cli
