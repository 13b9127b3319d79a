// SPDX-License-Identifier: Apache-2.0
// The options before the verb: berth's own, docker's, and podman's as its test harnesses give them.
// What cannot be honoured is refused, unless it has nothing to act on here (the path of conmon).
#pragma once

#include <string>
#include <vector>

#include "container/config.hpp"
#include "flags.hpp"
#include "session.hpp"

namespace cli {

struct Globals {
  GlobalOptions session;
  bool version = false;
  std::vector<std::string> modules;
  std::string output;   ///< --out: file that takes stdout
  bool no_out = false;  ///< --noout: nothing goes to stdout
};

void declare_globals(FlagTable& table, Dialect dialect, Globals& globals);

/// Makes them effective: log level, stdout's file, default roots, and what containers.conf says where no flag does. Throws
/// ClientError for a wrong log level.
void use_globals(Globals& globals, Dialect dialect, const container::Config& config);

}  // namespace cli
