// SPDX-License-Identifier: Apache-2.0
// berth pause, berth unpause
#include "container/pause.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/podman_words.hpp"
#include "commands/targets.hpp"
#include "session.hpp"

namespace cli {

namespace {

/// Podman names the state where docker names the container.
void check_podman_state(Session& session, const std::string& name, bool pausing) {
  if (!session.is_podman()) return;
  auto& engine = session.engine();
  const auto state = container::state_of(engine, engine.containers.get(name));
  const auto wanted = pausing ? container::Status::running : container::Status::paused;
  if (state.status == wanted) return;
  client_fail("\"{}\" is not {}, can't {}: container state improper",
              container::podman_status(state),
              pausing ? "running" : "paused",
              pausing ? "pause" : "unpause");
}

void register_verb(Verbs& verbs,
                   const std::string& name,
                   const std::string& summary,
                   void (*act)(container::Engine&, const std::string&)) {
  const bool pausing = name == "pause";
  const auto flags = std::make_shared<Targets>();
  const auto wanted = pausing ? container::Status::running : container::Status::paused;
  verbs.add({
      .names = {name, "container " + name},
      .usage =
          verbs.is_podman() ? "[options] CONTAINER [CONTAINER...]" : "CONTAINER [CONTAINER...]",
      .summary = summary,
      .arity = verbs.is_podman() ? Arity{0, -1} : Arity{1, -1},
      .completes = Completes::running_containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            if (podman)
              add_target_flags(
                  table,
                  *flags,
                  Targets::kAll | Targets::kCidfile | Targets::kFilter | Targets::kLatest);
          },
      .act =
          [flags, act, wanted, pausing](Session& session, const Words& words) {
            const auto names = find_targets(session, *flags, words, {wanted});
            return for_each(session, names, [&](const std::string& target) {
              check_podman_state(session, target, pausing);
              act(session.engine(), target);
              fmt::print("{}\n", target);
            });
          },
  });
}

}  // namespace

void register_pause(Verbs& verbs) {
  register_verb(
      verbs, "pause", "Pause all processes within one or more containers", container::pause);
}

void register_unpause(Verbs& verbs) {
  register_verb(
      verbs, "unpause", "Unpause all processes within one or more containers", container::unpause);
}

}  // namespace cli
