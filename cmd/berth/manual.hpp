// SPDX-License-Identifier: Apache-2.0
// Manual pages, made from the declarations of verbs and flags.
#pragma once

#include <map>
#include <string>

#include "cli.hpp"

namespace cli {

/// All pages by file name ("berth.1", "berth-run.1"); an alias ("berth-container-run.1") refers to its page.
std::map<std::string, std::string> manual_pages(const Verbs& verbs);

}  // namespace cli
