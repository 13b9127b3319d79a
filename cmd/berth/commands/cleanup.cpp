// SPDX-License-Identifier: Apache-2.0
// berth container cleanup, which monitors call; Podman's users call it, too
#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/targets.hpp"
#include "container/finish.hpp"
#include "container/remove.hpp"
#include "container/restart.hpp"
#include "image/remove.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool restart = false, remove = false, remove_image = false, stopped_only = false;
  std::string exec_session;
  Targets targets;
};

void check(const Flags& flags, const Words& words) {
  if (flags.exec_session.empty()) return;
  if (flags.targets.all) client_fail("--all and --exec cannot be set together");
  if (words.size() > 1) client_fail("cannot use exec option when more than one container is given");
  if (flags.remove_image) client_fail("--exec and --rmi cannot be set together");
}

/// An image that others use stays, which is an error here.
void remove_image_of(Session& session, const container::Record& record) {
  if (record.image.empty() || !session.engine().images.find(record.image)) return;
  image::RemoveOptions options;
  options.is_running = [](const std::string&) { return false; };
  image::remove_image(session.engine().images, record.summary.image_name, options);
}

/// One that somebody else has removed is cleaned up.
void clean_one(Session& session, const Flags& flags, const std::string& name) {
  auto& engine = session.engine();
  const auto record = engine.containers.find(name);
  if (!record) return;
  if (flags.restart) return container::restart_by_policy(engine, record->id);
  container::clean_up(engine, record->id);
  if (flags.remove && engine.containers.find_by_id(record->id))
    container::remove(engine, record->id, {});
  if (flags.remove_image) remove_image_of(session, *record);
  if (session.is_podman()) fmt::print("{}\n", name);
}

int clean(Session& session, const Flags& flags, const Words& words) {
  check(flags, words);
  const bool chosen = flags.targets.all || flags.targets.latest;
  const auto names = chosen || words.empty() ? find_targets(session, flags.targets, words) : words;
  // What an exec leaves goes with it: there is nothing to clean up after a session.
  if (!flags.exec_session.empty()) return 0;
  return for_each(
      session, names, [&](const std::string& name) { clean_one(session, flags, name); });
}

}  // namespace

void register_container_cleanup(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool podman = verbs.is_podman();
  verbs.add({
      .names = {"container cleanup"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Clean up network and mounts of containers that have ended",
      .arity = {podman ? 0 : 1, -1},
      .completes = Completes::containers,
      .reads_config = false,
      .declare =
          [flags, podman](FlagTable& table) {
            table.add_flag(
                "--restart",
                flags->restart,
                "Start the container again, as its restart policy wants (used by monitors)");
            table.add_flag("--rm", flags->remove, "Remove the container after the cleanup");
            if (!podman) return;
            add_target_flags(table, flags->targets, Targets::kAll | Targets::kLatest);
            table.add_flag("--rmi", flags->remove_image, "Remove the image after the cleanup");
            table.add_option("--exec", flags->exec_session, "Clean up the given exec session")
                .type_name("string");
            // As it is in any case: what runs is left alone, and no failure, with Podman, too.
            table.add_flag("--stopped-only", flags->stopped_only, "Only of stopped containers")
                .group("");
          },
      .act = [flags](Session& session,
                     const Words& words) { return clean(session, *flags, words); },
  });
}

}  // namespace cli
