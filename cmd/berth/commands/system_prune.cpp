// SPDX-License-Identifier: Apache-2.0
// berth system prune
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "confirm.hpp"
#include "container/prune.hpp"
#include "image/prune.hpp"
#include "options/filters.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool all = false, force = false, volumes = false;
  container::Filters filters;
};

std::string warning(const Session& session, const Flags& flags) {
  const bool podman = session.is_podman();
  std::vector<std::string> lines{"all stopped containers",
                                 "all networks not used by at least one container"};
  if (flags.volumes) {
    lines.push_back(podman ? "all volumes not used by at least one container"
                           : "all anonymous volumes not used by at least one container");
  }
  if (!flags.all)
    lines.emplace_back("all dangling images");
  else if (podman)
    lines.emplace_back("all images without at least one container associated with them");
  else
    lines.emplace_back("all images without at least one container associated to them");
  if (flags.all)
    lines.emplace_back("all build cache");
  else
    lines.emplace_back(podman ? "all dangling build cache" : "unused build cache");
  std::string text = podman ? "This command removes:\n" : "This will remove:\n";
  for (const auto& line : lines) text += (podman ? "\t- " : "  - ") + line + "\n";
  if (podman || flags.filters.empty()) return text;
  text += "\n  Items to be pruned will be filtered with:\n";
  for (const auto& [key, values] : flags.filters) {
    for (const auto& value : values) text += "  - " + key + "=" + value + "\n";
  }
  return text;
}

void tell(const Session& session, const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  fmt::print("Deleted {}{}\n", title, session.is_podman() ? "" : ":");
  for (const auto& line : lines) fmt::print("{}\n", line);
  if (!session.is_podman()) fmt::print("\n");
}

std::vector<std::string> image_lines(const Session& session, const image::Removed& removed) {
  std::vector<std::string> lines;
  if (!session.is_podman()) {
    for (const auto& name : removed.untagged)
      lines.push_back("untagged: " + shown_name(session, name));
  }
  for (const auto& id : removed.deleted)
    lines.push_back(session.is_podman() ? id.substr(id.find(':') + 1) : "deleted: " + id);
  return lines;
}

/// The filters as `image prune` has them.
image::Filter image_filter(const container::Filters& filters) {
  std::vector<std::string> words;
  for (const auto& [key, values] : filters) {
    for (const auto& value : values) words.push_back(key + "=" + value);
  }
  return image::parse_filter(words, image::FilterKeys::prune, base::now());
}

void check_filters(const Session& session, const Flags& flags) {
  for (const auto& [key, unused] : flags.filters) {
    if (key == "label" || key == "label!" || key == "until") continue;
    if (session.is_podman()) client_fail("{} is an invalid filter", key);
    base::fail(base::Kind::usage, "invalid filter '{}'", key);
  }
  if (flags.volumes && flags.filters.contains("until") && !session.is_podman())
    client_fail("ERROR: The \"until\" filter is not supported with \"--volumes\"");
}

int prune(Session& session, const Flags& flags) {
  check_filters(session, flags);
  image::PruneOptions options;
  options.all = flags.all;
  options.filter = image_filter(flags.filters);
  if (!flags.force && !confirm(warning(session, flags))) return 0;
  auto& engine = session.engine();
  const auto containers = container::prune_containers(engine, flags.filters);
  tell(session, "Containers", containers.removed);
  container::Pruned volumes;
  if (flags.volumes) {
    auto filters = flags.filters;
    filters.erase("until");
    const bool podman = session.is_podman();
    volumes = container::prune_volumes(engine, {.named = podman, .with_options = podman}, filters);
  }
  tell(session, "Volumes", volumes.removed);
  const auto images = image::prune(engine.images, options);
  for (const auto& id : images.deleted) record_image_event(session, "delete", id);
  tell(session, "Images", image_lines(session, images));
  const auto freed = containers.bytes + volumes.bytes + images.freed;
  fmt::print("Total reclaimed space: {}\n", base::human_size(static_cast<double>(freed)));
  return 0;
}

}  // namespace

void register_system_prune(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"system prune"},
      .usage = "[OPTIONS]",
      .summary = "Remove unused data",
      .arity = {0, 0},
      .declare =
          [flags](FlagTable& table) {
            table.add_flag(
                "-a,--all", flags->all, "Remove all unused images not just dangling ones");
            table.add_flag("-f,--force", flags->force, "Do not prompt for confirmation");
            table.add_flag("--volumes", flags->volumes, "Prune volumes, too");
            add_filters(table, flags->filters, false);
          },
      .act = [flags](Session& session, const Words&) { return prune(session, *flags); },
  });
}

}  // namespace cli
