// SPDX-License-Identifier: Apache-2.0
// berth update
#include "container/update.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "options/groups.hpp"
#include "session.hpp"

namespace cli {

void register_update(Verbs& verbs) {
  struct Flags {
    container::UpdateOptions changes;
  };

  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"update", "container update"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Update configuration of one or more containers",
      .arity = {1, -1},
      .completes = Completes::containers,
      .declare =
          [flags](FlagTable& table) {
            add_limit_flags(table, flags->changes.resources);
            add_value(
                table,
                "--restart",
                "string",
                "Restart policy to apply when a container exits",
                [flags](const std::string& text) { flags->changes.restart = parse_restart(text); });
          },
      .act =
          [flags](Session& session, const Words& names) {
            const bool changes =
                flags->changes.restart || !base::to_json(flags->changes.resources).empty();
            if (!changes && session.is_podman()) {
              for (const auto& name : names) session.engine().containers.get(name);
            }
            if (!changes) {
              throw ClientError("you must provide one or more flags when using this command",
                                0,
                                ClientError::Form::bare);
            }
            return for_each(session, names, [&](const std::string& name) {
              container::update(session.engine(), name, flags->changes);
              fmt::print("{}\n",
                         session.is_podman() ? session.engine().containers.get(name).id : name);
            });
          },
  });
}

}  // namespace cli
