// SPDX-License-Identifier: Apache-2.0
// podman container clone
#include "container/clone.hpp"

#include "commands/ensure_image.hpp"
#include "commands/list.hpp"
#include "container/create.hpp"
#include "container/remove.hpp"
#include "container/restart.hpp"
#include "container/update.hpp"
#include "options/groups.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  CreateFlags create;  ///< how an image is pulled
  container::Resources resources;
  std::string name;
  bool run = false, destroy = false, force = false;
};

/// The image of the original, or the one that the command line names instead.
image::Image image_of_clone(Session& session,
                            const Flags& flags,
                            const container::Record& original,
                            container::CreateOptions& o,
                            const Words& words) {
  if (!o.rootfs.empty()) {
    if (words.size() > 2) client_fail("a clone of a container with --rootfs takes no image");
    return {};
  }
  if (words.size() < 3) return session.engine().images.get(original.image);
  o.image = words[2];
  return ensure_image(session, o, flags.create);
}

int clone(Session& session, const Flags& flags, const Words& words) {
  if (flags.force && !flags.destroy)
    client_fail("cannot set --force without --destroy: invalid argument");
  auto& engine = session.engine();
  const auto original = engine.containers.get(words[0]);
  auto options = container::options_of_clone(engine, original.id);
  container::merge(options.resources, flags.resources);
  // A second word counts more than the flag, as Podman has it.
  options.name = words.size() > 1 ? words[1] : flags.name;
  if (options.name.empty()) options.name = container::clone_name(engine, original.name);
  const auto image = image_of_clone(session, flags, original, options, words);
  std::string id;
  {
    const auto made = container::create(engine, options, image, container::StartsNow::no);
    id = made.record.id;
  }
  if (flags.destroy) container::remove(engine, original.id, {.force = flags.force});
  if (flags.run) container::start_stopped(engine, id);
  fmt::print("{}\n", id);
  return 0;
}

}  // namespace

void register_clone(Verbs& verbs) {
  if (!verbs.is_podman()) return;
  const auto flags = std::make_shared<Flags>();
  set_podman_defaults(flags->create);
  verbs.add({
      .names = {"container clone"},
      .usage = "[options] CONTAINER NAME IMAGE",
      .summary = "Clone an existing container",
      .arity = {1, 3},
      .completes = Completes::containers,
      .declare =
          [flags](FlagTable& table) {
            add_limit_flags(table, flags->resources);
            table.add_option("--name", flags->name, "Name of the clone").type_name("string");
            table.add_flag("--run", flags->run, "Run the new container");
            table.add_flag("--destroy", flags->destroy, "Destroy the original container");
            table.add_flag(
                "-f,--force", flags->force, "Force the existing container to be destroyed");
          },
      .act = [flags](Session& session,
                     const Words& words) { return clone(session, *flags, words); },
  });
}

}  // namespace cli
