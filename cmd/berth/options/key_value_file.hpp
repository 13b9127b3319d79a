// SPDX-License-Identifier: Apache-2.0
// Files of --env-file and --label-file: a "KEY=value" a line, # comments, nothing quoted.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// Entries for a key that stands alone on a line.
using LookUp = std::function<std::vector<std::string>(const std::string& key)>;

/// Blanks within a key: Docker refuses them.
enum class Blanks { refused, taken };

/// The file's entries. Throws ClientError: "FLAG: open x: no such file or directory", "FLAG: invalid env file (x): …".
std::vector<std::string> read_key_values(const std::string& flag,
                                         const std::string& path,
                                         const LookUp& look_up,
                                         Blanks blanks = Blanks::refused);

}  // namespace cli
