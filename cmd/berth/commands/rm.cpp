// SPDX-License-Identifier: Apache-2.0
// berth rm
#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "commands/list.hpp"
#include "container/remove.hpp"
#include "session.hpp"

namespace cli {

void register_rm(Verbs& verbs) {
  const auto flags = std::make_shared<container::RemoveOptions>();
  verbs.add({
      .names = {"rm", "container rm", "container remove"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Remove one or more containers",
      .arity = {1, -1},
      .completes = Completes::containers,
      .declare =
          [flags](CLI::App& app) {
            app.add_flag("-f,--force",
                         flags->force,
                         "Force the removal of a running container (uses SIGKILL)");
            app.add_flag("-v,--volumes",
                         flags->volumes,
                         "Remove anonymous volumes associated with the container");
          },
      .act =
          [flags](Session& session, const Words& names) {
            return for_each(session, names, [&](const std::string& name) {
              // Docker: removing by force what is not there is no failure, and prints nothing.
              if (flags->force && !session.engine().containers.find(name)) return;
              container::remove(session.engine(), name, *flags);
              fmt::print("{}\n", name);
            });
          },
  });
}

}  // namespace cli
