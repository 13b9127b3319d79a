// SPDX-License-Identifier: Apache-2.0
// --help texts, made from the declarations of verbs and flags in docker's layout.
#pragma once

#include <string>

#include "catalogue.hpp"
#include "cli.hpp"

namespace cli {

/// Help of one verb; `app` holds its flags.
std::string verb_help(const Speech& speech, const Verb& verb, const CLI::App& app);

/// Help of a group ("container"), or of the program when `group` is empty; `app` holds the global
/// flags then.
std::string group_help(const Speech& speech,
                       const Verbs& verbs,
                       const std::string& group,
                       const CLI::App& app);

/// A flag as help and man pages show it.
struct FlagText {
  std::string letter;       ///< "m" or empty
  std::string name;         ///< "memory"
  std::string type;         ///< "bytes"; empty for a bool
  std::string description;  ///< with "(default …)"
};

/// The flags of an app that are shown, sorted by name.
std::vector<FlagText> flag_texts(const CLI::App& app);

}  // namespace cli
