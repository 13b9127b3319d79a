// SPDX-License-Identifier: Apache-2.0
// podman mount and unmount: containers' root file systems on the host
#include "container/mount.hpp"

#include "base/id.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "commands/targets.hpp"
#include "render/output.hpp"
#include "render/table.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  Targets targets;
  bool no_trunc = false, force = false;
  std::string format;
};

void print_mounted(Session& session, const Flags& flags) {
  base::Json objects = base::Json::array();
  std::string table;
  for (const auto& [record, path] : container::mounted_containers(session.engine())) {
    table += (flags.no_trunc ? record.id : base::short_id(record.id)) + "\t" + path + "\n";
    objects.push_back(
        {{"id", record.id}, {"Names", base::Json::array({record.name})}, {"mountpoint", path}});
  }
  if (flags.format.empty())
    return render::print(render::align_columns(table, render::kPodmanTable));
  if (flags.format != "json") client_fail("unknown --format argument: \"{}\"", flags.format);
  render::print_line(objects.dump(1, ' '));
}

int mount(Session& session, const Flags& flags, const Words& words) {
  require_mount_namespace(session, "mount");
  if (words.empty() && !flags.targets.all && !flags.targets.latest) {
    print_mounted(session, flags);
    return 0;
  }
  return for_each(
      session, find_targets(session, flags.targets, words), [&](const std::string& name) {
        render::print_line(container::mount_container(session.engine(), name));
      });
}

int unmount(Session& session, const Flags& flags, const Words& words) {
  require_mount_namespace(session, "unmount");
  return for_each(
      session, find_targets(session, flags.targets, words), [&](const std::string& name) {
        auto& engine = session.engine();
        const auto id = engine.containers.get(name).id;
        // With --all, those that are not mounted are passed over.
        if (container::unmount_container(engine, id, flags.force) || !flags.targets.all)
          render::print_line(flags.targets.all ? id : name);
      });
}

constexpr unsigned kTargets = Targets::kAll | Targets::kLatest;

}  // namespace

void register_mount(Verbs& verbs) {
  if (!verbs.is_podman()) return;
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"mount", "container mount"},
      .usage = "[options] [CONTAINER...]",
      .summary = "Mount a working container's root filesystem",
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .details = "Mounts containers and prints where; without a container, lists what is mounted.",
      .declare =
          [flags](FlagTable& table) {
            add_target_flags(table, flags->targets, kTargets);
            table.add_option(
                "--format", flags->format, "Print the mounted containers in this format (json)");
            table.add_flag("--no-trunc,--notruncate", flags->no_trunc, "Do not truncate output");
          },
      .act = [flags](Session& session,
                     const Words& words) { return mount(session, *flags, words); },
  });
}

void register_unmount(Verbs& verbs) {
  if (!verbs.is_podman()) return;
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"unmount", "umount", "container unmount", "container umount"},
      .usage = "[options] CONTAINER [CONTAINER...]",
      .summary = "Unmount working container's root filesystem",
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            add_target_flags(table, flags->targets, kTargets);
            table.add_flag("-f,--force", flags->force, "Unmount although it is being used");
          },
      .act = [flags](Session& session,
                     const Words& words) { return unmount(session, *flags, words); },
  });
}

}  // namespace cli
