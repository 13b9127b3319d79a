// SPDX-License-Identifier: Apache-2.0
// --help texts, made from the declarations of verbs and flags in docker's layout.
#pragma once

#include <string>

#include "catalogue.hpp"
#include "cli.hpp"

namespace cli {

/// Help of one verb; `table` holds its flags.
std::string verb_help(const Speech& speech, const Verb& verb, const FlagTable& table);

/// Help of a group ("container"), or of the program when `group` is empty; `table` holds the global
/// flags then.
std::string group_help(const Speech& speech,
                       const Verbs& verbs,
                       const std::string& group,
                       const FlagTable& table);

}  // namespace cli
