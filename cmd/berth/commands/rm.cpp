// SPDX-License-Identifier: Apache-2.0
// berth rm
#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/targets.hpp"
#include "container/remove.hpp"
#include "session.hpp"

namespace cli {

void register_rm(Verbs& verbs) {
  struct Flags : container::RemoveOptions {
    Targets targets;
    std::optional<int> time;
  };

  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"rm", "container rm", "container remove"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Remove one or more containers",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_flag("-f,--force",
                           flags->force,
                           "Force the removal of a running container (uses SIGKILL)");
            table.add_flag("-v,--volumes",
                           flags->volumes,
                           "Remove anonymous volumes associated with the container");
            if (podman) {
              table
                  .add_option_function<int>(
                      "-t,--time",
                      [flags](int seconds) { flags->time = seconds; },
                      "Seconds to wait for stop before killing the container")
                  .type_name("int");
              add_target_flags(table,
                               flags->targets,
                               Targets::kAll | Targets::kLatest | Targets::kCidfile |
                                   Targets::kIgnore | Targets::kFilter);
            }
          },
      .act =
          [flags](Session& session, const Words& words) {
            if (flags->time && !flags->force)
              client_fail("--force option must be specified to use the --time option");
            if (session.is_podman())
              flags->stop = container::StopOptions{.timeout = flags->time, .signal = ""};
            const auto names =
                session.is_podman() ? find_targets(session, flags->targets, words) : words;
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
