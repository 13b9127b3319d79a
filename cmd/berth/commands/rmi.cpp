// SPDX-License-Identifier: Apache-2.0
// berth rmi
#include "base/error.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "container/remove.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool force = false, no_prune = false, all = false, ignore = false;
  std::string platform;
};

/// Podman's --force takes the containers along that keep an image from going.
void remove_users(Session& session, const std::string& text) {
  auto& engine = session.engine();
  const auto match = engine.images.get_match(text);
  image::refuse_read_only(match.image);
  // While other names are left, only the given one goes.
  if (match.reference && engine.images.names(match.image.id).size() > 1) return;
  for (const auto& user : engine.images.users(match.image.id)) {
    try {
      container::remove(engine, user, {.force = true, .volumes = true});
    } catch (const base::Error& e) {
      if (e.kind() != base::Kind::not_found) throw;  // gone meanwhile
    }
  }
}

/// Podman tells of a removal also when other names are left, and by what the image was named. Docker hears of it when the image
/// has gone.
void record_removal(Session& session,
                    const std::string& id,
                    const std::string& text,
                    const image::Removed& removed) {
  const bool is_id = id.starts_with(text) || id.starts_with("sha256:" + text);
  const auto name = is_id || removed.untagged.empty() ? text : removed.untagged.front();
  const auto& gone = removed.deleted;
  if (std::find(gone.begin(), gone.end(), id) == gone.end())
    record_podman_image_event(session, "remove", id, name);
  else
    record_image_event(session, "delete", id, name);
}

void remove_one(Session& session, const Flags& flags, const std::string& text) {
  auto& images = session.engine().images;
  if (session.is_podman() && flags.force) remove_users(session, text);
  image::RemoveOptions options;
  options.force = flags.force;
  options.latest_first = session.is_podman();
  options.is_running = [&](const std::string& container) { return is_running(session, container); };
  options.words = [&](const image::Conflict& conflict) {
    return conflict_words(session, conflict);
  };
  const auto image = images.get(text);
  require_platform(image, text, flags.platform);
  const auto removed = image::remove_image(images, text, options);
  for (const auto& name : removed.untagged) {
    fmt::print("Untagged: {}\n", shown_name(session, name));
    record_image_event(session, "untag", image.id, shown_name(session, name));
  }
  for (const auto& id : removed.deleted) {
    fmt::print("Deleted: {}\n", session.is_podman() ? id.substr(id.find(':') + 1) : id);
    if (!session.is_podman() || id != image.id) record_image_event(session, "delete", id);
  }
  if (session.is_podman()) record_removal(session, image.id, text, removed);
}

int remove(Session& session, const Flags& flags, Words targets) {
  if (flags.all) {
    if (!targets.empty())
      client_fail("when using the --all switch, you may not pass any images names or IDs");
    for (const auto& image : session.engine().images.list()) targets.push_back(image.id);
  } else if (targets.empty()) {
    client_fail("image name or ID must be specified");
  }
  bool in_use = false, missing_only = true;
  int code = for_each(session, targets, [&](const std::string& text) {
    try {
      remove_one(session, flags, text);
    } catch (const base::Error& e) {
      const bool ignores = flags.ignore || (session.is_podman() && flags.force);
      if (e.kind() == base::Kind::not_found && ignores) return;
      in_use = in_use || e.kind() == base::Kind::in_use;
      missing_only = missing_only && e.kind() == base::Kind::not_found;
      throw;
    }
  });
  // Podman: 1 when an image is missing, 2 when one is used.
  if (session.is_podman() && code != 0) code = in_use ? 2 : missing_only ? 1 : 125;
  // Docker tells of them, but a forced removal wants only that they are not there.
  if (!session.is_podman() && flags.force && missing_only) code = 0;
  return code;
}

}  // namespace

void register_rmi(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"rmi", "image rm", "image remove"},
      .usage = "[OPTIONS] IMAGE [IMAGE...]",
      .summary = "Remove one or more images",
      .arity = {is_podman ? 0 : 1, -1},
      .completes = Completes::images,
      .declare =
          [flags, is_podman](FlagTable& table) {
            table.add_flag("-f,--force", flags->force, "Force removal of the image");
            table.add_flag("--no-prune",
                           flags->no_prune,
                           "Do not delete untagged parents (there are none: layers are shared, "
                           "images have no parents)");
            if (is_podman) {
              table.add_flag("-a,--all", flags->all, "Remove all images");
              table.add_flag("-i,--ignore",
                             flags->ignore,
                             "Ignore errors if a specified image does not exist");
            } else {
              table.add_option(
                  "--platform", flags->platform, "Remove only the image of this platform");
            }
          },
      .act = [flags](Session& session,
                     const Words& words) { return remove(session, *flags, words); },
  });
}

}  // namespace cli
