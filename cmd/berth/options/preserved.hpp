// SPDX-License-Identifier: Apache-2.0
// --preserve-fds and --preserve-fd, as podman's run, create and exec have them.
#pragma once

#include <string>
#include <vector>

namespace cli {

class FlagTable;

struct Preserved {
  int count = 0;     ///< --preserve-fds: so many from number 3 on
  std::string list;  ///< --preserve-fd: "9,40"
};

void add_preserved(FlagTable& table, Preserved& preserved);

/// The numbers of the descriptors that the process inherits, in order. Throws ClientError for one that is not open. To be asked
/// before anything is opened that could take their numbers.
std::vector<int> finish(const Preserved& preserved);

}  // namespace cli
