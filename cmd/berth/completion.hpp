// SPDX-License-Identifier: Apache-2.0
// Completion of command lines, from the declarations of verbs and flags.
#pragma once

#include <string>
#include <vector>

#include "cli.hpp"

namespace cli {

struct Candidate {
  std::string word;
  std::string description = {};
};

struct Completion {
  std::vector<Candidate> candidates = {};
  /// What else fits: the names of such things (asked of the store), or files.
  Completes names = Completes::nothing;
  /// Stands before each of them: "container:", "--network=".
  std::string prefix = {};
};

/// What may stand in the place of the last of `words` (argv without the program; the last may be empty).
Completion complete(const Verbs& verbs, const Words& words);

/// The script that makes a shell ask `PROGRAM __complete`; "bash", "zsh" or "fish".
std::string completion_script(const std::string& shell, const std::string& program);

}  // namespace cli
