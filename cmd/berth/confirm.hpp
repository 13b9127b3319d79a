// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cli {

/// Prints "Are you sure you want to continue? [y/N] " and reads the answer from stdin.
bool ask();

/// Prints "WARNING! <warning>\nAre you sure you want to continue? [y/N] " and reads the answer from stdin. Docker asks
/// whether or not stdin is a terminal; the end of input is a no.
bool confirm(const std::string& warning);

}  // namespace cli
