// SPDX-License-Identifier: Apache-2.0
// -v, --mount, --tmpfs, --volumes-from, --read-only, --device
#include <algorithm>
#include <glob.h>
#include <set>

#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/default_mounts.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"
#include "options/volume.hpp"

namespace cli {

namespace {

/// The last --tmpfs for a place counts.
/// Of two at one place docker takes the later one; podman refuses them unless they are the same.
void add_tmpfs(std::vector<container::MountOption>& list,
               container::MountOption mount,
               bool podman) {
  std::erase_if(list, [&](const auto& other) {
    return other.target == mount.target && (!podman || other.options == mount.options);
  });
  list.push_back(std::move(mount));
}

/// What the image has at the place of podman's tmpfs is copied into it, unless that is not wanted.
void copy_up(std::vector<container::MountOption>& mounts) {
  for (auto& mount : mounts) {
    auto& words = mount.options;
    if (mount.type != "tmpfs" ||
        std::find(words.begin(), words.end(), "notmpcopyup") != words.end())
      continue;
    std::erase(words, "tmpcopyup");
    words.emplace_back("tmpcopyup");
  }
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

/// type=glob: a bind mount for each file, below the target under its own name, or where it is on the host.
void add_matches(std::vector<container::MountOption>& list, const container::MountOption& mount) {
  glob_t found{};
  const int result = ::glob(mount.source.c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> paths;
  for (std::size_t n = 0; result == 0 && n < found.gl_pathc; ++n)
    paths.emplace_back(found.gl_pathv[n]);
  ::globfree(&found);
  if (paths.empty())
    base::fail(base::Kind::usage, "no file paths matching glob \"{}\"", mount.source);
  for (const auto& path : paths) {
    auto one = mount;
    one.type = "bind";
    one.source = path;
    const std::string name = path.substr(path.find_last_of('/') + 1);
    one.target = mount.target.empty() ? path : container::clean_path(mount.target + "/" + name);
    list.push_back(std::move(one));
  }
}

/// "all", a number of them, or "device=0,1": names of the vendor's CDI specification.
void add_gpus(std::vector<std::string>& devices, const std::string& text) {
  if (text.empty()) return;
  const std::string kind = "nvidia.com/gpu=";
  const auto count = base::parse_number<unsigned>(text);
  constexpr unsigned kMost = 64;
  if (count && *count > kMost) base::fail(base::Kind::usage, "invalid --gpus: {}", text);
  if (text == "all" || text == "-1") {
    devices.push_back(kind + "all");
  } else if (count) {
    for (unsigned n = 0; n < *count; ++n) devices.push_back(kind + std::to_string(n));
  } else if (text.starts_with("device=")) {
    for (const auto& name : base::split(text.substr(7), ',')) devices.push_back(kind + name);
  } else {
    base::fail(base::Kind::usage, "invalid --gpus: {}: all, a number, or device=NAME,…", text);
  }
}

}  // namespace

void add_mount_flags(FlagTable& table, CreateFlags& flags) {
  table.add_list("-v,--volume", flags.volumes, "Bind mount a volume");
  add_value(table,
            "--mount",
            "mount",
            "Attach a filesystem mount to the container",
            [&](const std::string& text) { flags.mounts.push_back(parse_mount(text)); });
  if (flags.podman) {
    table
        .add_option("--default-mounts-file",
                    flags.default_mounts,
                    "Path of a mounts.conf in the place of the host's")
        .group("");
  }
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
  table
      .add_option(
          "--gpus", flags.gpus, "GPU devices to add to the container ('all' to pass all GPUs)")
      .type_name("string");
  add_value(table,
            "--device-cgroup-rule",
            "list",
            "Add a rule to the cgroup allowed devices list",
            [&](const std::string& text) {
              std::string rule = text;
              if (flags.podman) {
                check_podman_device_rule(text);
                // A major number alone stands for all its devices.
                if (rule.find(':') == std::string::npos) rule.insert(rule.rfind(' '), ":*");
              }
              flags.options.device_rules.push_back(parse_device_rule(rule));
            });
}

void finish_mounts(const CreateFlags& flags, container::CreateOptions& options) {
  if (flags.podman && base::is_rootless() && !options.device_rules.empty())
    client_fail("device cgroup rules are not supported in rootless mode or in a user namespace");
  std::set<std::string> volumes;
  for (const auto& text : flags.volumes) {
    if (flags.podman && !volumes.insert(text).second) continue;
    options.mounts.push_back(parse_volume(text));
    if (flags.podman) options.mounts.back().create_source = false;
  }
  for (const auto& mount : flags.mounts) {
    if (mount.type == "glob")
      add_matches(options.mounts, mount);
    else
      options.mounts.push_back(mount);
  }
  std::vector<container::MountOption> tmpfs;
  for (const auto& text : flags.tmpfs) add_tmpfs(tmpfs, parse_tmpfs(text), flags.podman);
  options.mounts.insert(options.mounts.end(), tmpfs.begin(), tmpfs.end());
  if (flags.podman) copy_up(options.mounts);
  drop_shadowed(options.mounts);
  if (flags.podman) add_default_mounts(flags.default_mounts, options.mounts);
  for (const auto& text : flags.devices) {
    if (is_cdi_name(text))
      options.cdi_devices.push_back(text);
    else
      options.devices.push_back(parse_device(text));
    // Podman looks at the device before it makes a container.
    if (flags.podman && !is_cdi_name(text) && !base::exists(options.devices.back().host)) {
      client_fail("stat {}: no such file or directory", options.devices.back().host);
    }
  }
  add_gpus(options.cdi_devices, flags.gpus);
}

}  // namespace cli
