// SPDX-License-Identifier: Apache-2.0
// -e and --env-file, as run, create and exec have them.
#pragma once

#include <string>
#include <vector>

namespace cli {

class FlagTable;

struct Variables {
  std::vector<std::string> given, files;
  bool globs = false;  ///< podman: "NAME*" stands for all of berth's own that begin so
};

void add_variables(FlagTable& table, Variables& variables);

/// "K=V" each, those of the files first; "K" alone is to be removed. Throws ClientError for a file that cannot be read.
std::vector<std::string> finish(const Variables& variables);

}  // namespace cli
