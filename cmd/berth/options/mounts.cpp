// SPDX-License-Identifier: Apache-2.0
// -v, --mount, --tmpfs, --volumes-from, --read-only, --device
#include <algorithm>

#include "flags.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"
#include "options/volume.hpp"

namespace cli {

namespace {

/// The last --tmpfs for a place counts.
void add_tmpfs(std::vector<container::MountOption>& list, container::MountOption mount) {
  std::erase_if(list, [&](const auto& other) { return other.target == mount.target; });
  list.push_back(std::move(mount));
}

/// An anonymous volume of -v gives way to whatever else is mounted there.
void drop_shadowed(std::vector<container::MountOption>& list) {
  std::vector<container::MountOption> kept;
  for (const auto& mount : list) {
    const auto is_same_place = [&](const auto& other) {
      return &other != &mount && other.target == mount.target;
    };
    const bool again = std::any_of(kept.begin(), kept.end(), is_same_place);
    const bool named = std::any_of(list.begin(), list.end(), [&](const auto& other) {
      return is_same_place(other) && !other.anonymous;
    });
    if (!mount.anonymous || !(again || named)) kept.push_back(mount);
  }
  list = std::move(kept);
}

}  // namespace

void add_mount_flags(FlagTable& table, CreateFlags& flags) {
  table.add_list("-v,--volume", flags.volumes, "Bind mount a volume");
  add_value(table,
            "--mount",
            "mount",
            "Attach a filesystem mount to the container",
            [&](const std::string& text) { flags.mounts.push_back(parse_mount(text)); });
  table.add_list("--tmpfs", flags.tmpfs, "Mount a tmpfs directory");
  table.add_list("--volumes-from",
                 flags.options.volumes_from,
                 "Mount volumes from the specified container(s)");
  table
      .add_option("--image-volume",
                  flags.options.image_volumes,
                  "How the image's volumes are mounted (anonymous|bind|tmpfs|ignore)")
      .type_name("string");
  table.add_flag("--read-only-tmpfs",
                 flags.options.read_only_tmpfs,
                 "With --read-only, mount writable tmpfs on /run, /tmp and /var/tmp");
  table.add_flag(
      "--read-only", flags.options.read_only, "Mount the container's root filesystem as read only");
  table.add_list("--device", flags.devices, "Add a host device to the container");
  add_value(table,
            "--device-cgroup-rule",
            "list",
            "Add a rule to the cgroup allowed devices list",
            [&](const std::string& text) {
              flags.options.device_rules.push_back(parse_device_rule(text));
            });
}

void finish_mounts(const CreateFlags& flags, container::CreateOptions& options) {
  for (const auto& text : flags.volumes) options.mounts.push_back(parse_volume(text));
  options.mounts.insert(options.mounts.end(), flags.mounts.begin(), flags.mounts.end());
  std::vector<container::MountOption> tmpfs;
  for (const auto& text : flags.tmpfs) add_tmpfs(tmpfs, parse_tmpfs(text));
  options.mounts.insert(options.mounts.end(), tmpfs.begin(), tmpfs.end());
  drop_shadowed(options.mounts);
  for (const auto& text : flags.devices) options.devices.push_back(parse_device(text));
}

}  // namespace cli
