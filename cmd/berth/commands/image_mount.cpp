// SPDX-License-Identifier: Apache-2.0
// podman image mount and unmount
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "container/image_mounts.hpp"
#include "image/mount.hpp"
#include "render/output.hpp"
#include "render/table.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool all = false, force = false;
  std::string format;
};

std::string hex_of(const std::string& id) {
  return id.substr(id.find(':') + 1);
}

void print_mounted(Session& session,
                   const std::vector<image::MountedImage>& mounted,
                   const std::string& format) {
  auto& images = session.engine().images;
  base::Json objects = base::Json::array();
  std::string table;
  for (const auto& [id, path] : mounted) {
    auto names = images.names(id);
    for (auto& name : names) name = shown_name(session, name);
    table += (names.empty() ? hex_of(id) : names.front()) + "\t" + path + "\n";
    objects.push_back({{"id", hex_of(id)}, {"Repositories", names}, {"mountpoint", path}});
  }
  if (format.empty()) return render::print(render::align_columns(table, render::kPodmanTable));
  if (format != "json") client_fail("unknown --format argument: {}", format);
  render::print_line(objects.dump(1, ' '));
}

int mount(Session& session, const Flags& flags, const Words& words) {
  require_mount_namespace(session, "image mount");
  auto& images = session.engine().images;
  if (flags.all && !words.empty())
    client_fail("when using the --all switch, you may not pass any image names or IDs");
  if (words.empty() && !flags.all) {
    print_mounted(session, image::mounted_images(session.store()), flags.format);
    return 0;
  }
  std::vector<image::Image> targets;
  for (const auto& word : words) targets.push_back(images.get(word));
  if (flags.all) targets = images.list();
  std::vector<image::MountedImage> mounted;
  for (const auto& target : targets) {
    mounted.push_back({target.id, image::mount_image(images, target)});
    record_image_event(session, "mount", target.id);
  }
  if (words.size() == 1 && flags.format.empty())
    render::print_line(mounted[0].path);
  else
    print_mounted(session, mounted, flags.format);
  return 0;
}

int unmount(Session& session, const Flags& flags, Words words) {
  require_mount_namespace(session, "image unmount");
  if (flags.all && !words.empty())
    client_fail("when using the --all switch, you may not pass any image names or IDs");
  if (!flags.all && words.empty()) client_fail("image name or ID must be specified");
  if (flags.all) {
    for (const auto& mounted : image::mounted_images(session.store())) words.push_back(mounted.id);
    for (auto& id : container::images_in_containers(session.engine()))
      words.push_back(std::move(id));
  }
  return for_each(session, words, [&](const std::string& word) {
    const auto found = session.engine().images.get(word);
    if (!image::unmount_image(session.store(), found.id, flags.force) &&
        !container::discount_image_mount(session.engine(), found.id))
      return;
    record_image_event(session, "unmount", found.id);
    render::print_line(hex_of(found.id));
  });
}

}  // namespace

void register_image_mount(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"image mount"},
      .usage = "[OPTIONS] [IMAGE...]",
      .summary = "Mount an image's root filesystem",
      .group = verbs.is_podman() ? Group::other : Group::hidden,
      .completes = Completes::images,
      .needs_user_namespace = false,
      .details =
          "Mounts images read-only and prints where; without an image, lists what is mounted.",
      .declare =
          [flags](FlagTable& table) {
            table.add_flag("-a,--all", flags->all, "Mount all images");
            table.add_option(
                "--format", flags->format, "Print the mounted images in this format (json)");
          },
      .act = [flags](Session& session,
                     const Words& words) { return mount(session, *flags, words); },
  });
}

void register_image_unmount(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"image unmount", "image umount"},
      .usage = "[OPTIONS] IMAGE [IMAGE...]",
      .summary = "Unmount an image's root filesystem",
      .group = verbs.is_podman() ? Group::other : Group::hidden,
      .completes = Completes::images,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            table.add_flag("-a,--all", flags->all, "Unmount all images that are mounted");
            table.add_flag("-f,--force", flags->force, "Unmount although it is being used");
          },
      .act = [flags](Session& session,
                     const Words& words) { return unmount(session, *flags, words); },
  });
}

}  // namespace cli
