// SPDX-License-Identifier: Apache-2.0
// podman container exists, podman volume exists: the answer is the exit code
#include "commands/list.hpp"
#include "session.hpp"

namespace cli {

void register_exists(Verbs& verbs) {
  if (!verbs.is_podman()) return;
  verbs.add({
      .names = {"container exists"},
      .usage = "CONTAINER",
      .summary = "Check if a container exists in local storage",
      .arity = {1, 1},
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .act = [](Session& session,
                const Words& words) { return session.engine().containers.find(words[0]) ? 0 : 1; },
  });
  verbs.add({
      .names = {"volume exists"},
      .usage = "VOLUME",
      .summary = "Check if volume exists",
      .arity = {1, 1},
      .completes = Completes::volumes,
      .needs_user_namespace = false,
      .act = [](Session& session,
                const Words& words) { return session.engine().volumes.find(words[0]) ? 0 : 1; },
  });
}

}  // namespace cli
