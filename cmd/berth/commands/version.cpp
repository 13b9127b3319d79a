// SPDX-License-Identifier: Apache-2.0
// berth version
#include "version.hpp"

#include <CLI/CLI.hpp>

#include "commands/list.hpp"
#include "session.hpp"

namespace cli {

void register_version(Verbs& verbs) {
  verbs.add({
      .names = {"version"},
      .usage = "[OPTIONS]",
      .summary = "Show the version information",
      .arity = {0, 0},
      .needs_user_namespace = false,
      .act =
          [](Session& session, const Words&) {
            const std::string text = version_line(session.speech());
            std::fwrite(text.data(), 1, text.size(), stdout);
            return 0;
          },
  });
}

}  // namespace cli
