// SPDX-License-Identifier: Apache-2.0
// berth container prune, berth volume prune
#include "container/prune.hpp"

#include "base/bytes.hpp"
#include "commands/list.hpp"
#include "confirm.hpp"
#include "options/filters.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool force = false, all = false;
  container::Filters filters;
};

void tell(Session& session, const char* title, const container::Pruned& pruned) {
  if (session.is_podman()) {
    for (const auto& name : pruned.removed) fmt::print("{}\n", name);
    return;
  }
  if (!pruned.removed.empty()) {
    fmt::print("{}\n", title);
    for (const auto& name : pruned.removed) fmt::print("{}\n", name);
    fmt::print("\n");
  }
  fmt::print("Total reclaimed space: {}\n", base::human_size(static_cast<double>(pruned.bytes)));
}

container::VolumeKinds kinds(const Session& session, const Flags& flags) {
  return {.named = flags.all, .with_options = session.is_podman()};
}

/// Podman names what will go before it asks.
bool confirm_podman(Session& session, const Flags& flags) {
  const char* what = flags.all ? "" : "anonymous ";
  fmt::print(
      "WARNING! This will remove all {}volumes not used by at least one container. The following "
      "volumes will be removed:\n",
      what);
  const auto names =
      container::prunable_volumes(session.engine(), kinds(session, flags), flags.filters);
  if (names.empty()) {
    fmt::print("No dangling {}volumes found\n", what);
    return false;
  }
  for (const auto& name : names) fmt::print("{}\n", name);
  return ask();
}

bool confirm_volumes(Session& session, const Flags& flags) {
  if (session.is_podman()) return confirm_podman(session, flags);
  return confirm(fmt::format("This will remove {} volumes not used by at least one container.",
                             flags.all ? "all local" : "anonymous local"));
}

}  // namespace

void register_container_prune(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"container prune"},
      .usage = "[OPTIONS]",
      .summary = "Remove all stopped containers",
      .arity = {0, 0},
      .declare =
          [flags](FlagTable& table) {
            table.add_flag("-f,--force", flags->force, "Do not prompt for confirmation");
            add_filters(table, flags->filters, false);
          },
      .act =
          [flags](Session& session, const Words&) {
            if (!flags->force && !confirm("This will remove all stopped containers.")) return 0;
            tell(session,
                 "Deleted Containers:",
                 container::prune_containers(session.engine(), flags->filters));
            return 0;
          },
  });
}

void register_volume_prune(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"volume prune"},
      .usage = "[OPTIONS]",
      .summary = "Remove unused local volumes",
      .arity = {0, 0},
      .declare =
          [flags](FlagTable& table) {
            table.add_flag(
                "-a,--all", flags->all, "Remove all unused volumes, not just anonymous ones");
            table.add_flag("-f,--force", flags->force, "Do not prompt for confirmation");
            add_filters(table, flags->filters, false);
          },
      .act =
          [flags](Session& session, const Words&) {
            if (!flags->force && !confirm_volumes(session, *flags)) return 0;
            tell(
                session,
                "Deleted Volumes:",
                container::prune_volumes(session.engine(), kinds(session, *flags), flags->filters));
            return 0;
          },
  });
}

}  // namespace cli
