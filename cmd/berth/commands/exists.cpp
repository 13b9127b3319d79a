// SPDX-License-Identifier: Apache-2.0
// podman container exists, volume exists, image exists: the answer is the exit code
#include <fmt/format.h>

#include "base/text.hpp"
#include "commands/list.hpp"
#include "session.hpp"

namespace cli {

namespace {

void add_exists(Verbs& verbs,
                const std::string& kind,
                Completes completes,
                bool (*find)(container::Engine&, const std::string&)) {
  if (!verbs.is_podman() && kind != "secret") return;
  verbs.add({
      .names = {kind + " exists"},
      .usage = base::upper(kind),
      .summary =
          fmt::format("Check if {} {} exists in local storage", kind == "image" ? "an" : "a", kind),
      .arity = {1, 1},
      .completes = completes,
      .needs_user_namespace = false,
      .details = "Exits with 0 when it does and with 1 when it does not, and prints nothing.",
      .act = [find](Session& session,
                    const Words& words) { return find(session.engine(), words[0]) ? 0 : 1; },
  });
}

}  // namespace

void register_exists(Verbs& verbs) {
  add_exists(verbs, "container", Completes::containers, [](auto& engine, const auto& name) {
    return engine.containers.find(name).has_value();
  });
  add_exists(verbs, "volume", Completes::volumes, [](auto& engine, const auto& name) {
    return engine.volumes.find(name).has_value();
  });
  add_exists(verbs, "secret", Completes::secrets, [](auto& engine, const auto& name) {
    return engine.secrets.find(name).has_value();
  });
}

void register_image_exists(Verbs& verbs) {
  add_exists(verbs, "image", Completes::images, [](auto& engine, const auto& name) {
    return engine.images.find(name).has_value();
  });
}

}  // namespace cli
