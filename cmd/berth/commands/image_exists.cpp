// SPDX-License-Identifier: Apache-2.0
// podman image exists
#include "commands/list.hpp"
#include "session.hpp"

namespace cli {

void register_image_exists(Verbs& verbs) {
  if (!verbs.is_podman()) return;
  verbs.add({
      .names = {"image exists"},
      .usage = "IMAGE",
      .summary = "Check if an image exists in local storage",
      .arity = {1, 1},
      .completes = Completes::images,
      .details = "Exits with 0 when it does and with 1 when it does not, and prints nothing.",
      .act = [](Session& session,
                const Words& words) { return session.engine().images.find(words[0]) ? 0 : 1; },
  });
}

}  // namespace cli
