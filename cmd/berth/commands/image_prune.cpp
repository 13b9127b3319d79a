// SPDX-License-Identifier: Apache-2.0
// berth image prune
#include "base/bytes.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "confirm.hpp"
#include "image/prune.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool all = false, force = false;
  bool build_cache = false,
       external = false;  ///< there is nothing of either: builds keep no cache here
  std::vector<std::string> filters;
};

void tell(Session& session, const image::Removed& removed) {
  if (session.is_podman()) {
    for (const auto& id : removed.deleted) fmt::print("{}\n", id.substr(id.find(':') + 1));
    return;
  }
  if (!removed.deleted.empty()) {
    fmt::print("Deleted Images:\n");
    for (const auto& name : removed.untagged)
      fmt::print("untagged: {}\n", shown_name(session, name));
    for (const auto& id : removed.deleted) fmt::print("deleted: {}\n", id);
    fmt::print("\n");
  }
  fmt::print("Total reclaimed space: {}\n", base::human_size(static_cast<double>(removed.freed)));
}

const char* warning_of(const Session& session, const Flags& flags) {
  if (session.is_podman()) {
    return flags.all
               ? "This command removes all images without at least one container associated with "
                 "them."
               : "This command removes all dangling images.";
  }
  return flags.all
             ? "This will remove all images without at least one container associated to them."
             : "This will remove all dangling images.";
}

int prune(Session& session, const Flags& flags) {
  image::PruneOptions options;
  options.all = flags.all;
  options.filter = image::parse_filter(flags.filters, image::FilterKeys::prune, base::now());
  if (flags.external && (flags.all || !flags.filters.empty()))
    client_fail("--external cannot be combined with other options");
  if (!flags.force && !confirm(warning_of(session, flags))) return 0;
  if (flags.external) return 0;
  const auto removed = image::prune(session.engine().images, options);
  for (const auto& id : removed.deleted) record_image_event(session, "delete", id);
  tell(session, removed);
  return 0;
}

}  // namespace

void register_image_prune(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"image prune"},
      .usage = "[OPTIONS]",
      .summary = "Remove unused images",
      .arity = {0, 0},
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_flag(
                "-a,--all", flags->all, "Remove all unused images, not just dangling ones");
            table.add_flag("-f,--force", flags->force, "Do not prompt for confirmation");
            table
                .add_list("--filter",
                          flags->filters,
                          "Provide filter values (e.g. \"until=<timestamp>\")")
                .type_name("filter");
            if (!podman) return;
            table.add_flag("--build-cache",
                           flags->build_cache,
                           "Also remove what builds keep (there is nothing of that kind)");
            table.add_flag("--external",
                           flags->external,
                           "Remove images of containers that other programs made (there are none)");
          },
      .act = [flags](Session& session, const Words&) { return prune(session, *flags); },
  });
}

}  // namespace cli
