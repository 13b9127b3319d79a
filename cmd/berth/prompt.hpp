// SPDX-License-Identifier: Apache-2.0
// Questions whose answer is a line of stdin.
#pragma once

#include <string>

namespace cli {

/// The answer without its newline. Kind io at the end of stdin.
std::string ask_line(const std::string& question);

/// The same, without an echo on a terminal; its state comes back however the waiting ends.
std::string ask_secret(const std::string& question);

}  // namespace cli
