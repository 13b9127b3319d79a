// SPDX-License-Identifier: Apache-2.0
// podman init: containers whose process waits to become their command
#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/targets.hpp"
#include "container/restart.hpp"
#include "session.hpp"

namespace cli {

namespace {

int init(Session& session, const Targets& targets, const Words& words) {
  const auto names = find_targets(session, targets, words);
  return for_each(session, names, [&](const std::string& name) {
    try {
      container::initialize(session.engine(), name);
    } catch (const base::Error& e) {
      if (e.kind() != base::Kind::wrong_state) throw;
      // Of all, those that are past it are meant no less.
      if (!targets.all) client_fail("{}: container state improper", e.message());
    }
    fmt::print("{}\n", name);
  });
}

}  // namespace

void register_init(Verbs& verbs) {
  if (!verbs.is_podman()) return;
  const auto flags = std::make_shared<Targets>();
  verbs.add({
      .names = {"init", "container init"},
      .usage = "[options] CONTAINER [CONTAINER...]",
      .summary = "Initialize one or more containers",
      .arity = {0, -1},
      .completes = Completes::containers,
      .details = "Makes all that a container needs (mounts, network, the process itself) without "
                 "running its command, which start then does at once. What waits for its start "
                 "can be inspected and is removed like a created container.",
      .declare =
          [flags](FlagTable& table) {
            add_target_flags(table, *flags, Targets::kAll | Targets::kLatest);
          },
      .act = [flags](Session& session, const Words& words) { return init(session, *flags, words); },
  });
}

}  // namespace cli
