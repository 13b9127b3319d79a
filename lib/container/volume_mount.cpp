// SPDX-License-Identifier: Apache-2.0
#include "container/volume_mount.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/foreign_mount.hpp"
#include "container/state.hpp"
#include "storage/file_system.hpp"
#include "storage/overlay.hpp"

namespace container {

namespace {

using base::fail;
using base::Kind;

std::string option_of(const storage::Volume& volume, const char* name) {
  const auto found = volume.options.find(name);
  return found == volume.options.end() ? "" : found->second;
}

struct Flag {
  std::string_view word;
  std::uint64_t set, clear;
};

/// Words of o= that are about the mount and not the file system.
constexpr std::array<Flag, 14> kFlags{{
    {"ro", MOUNT_ATTR_RDONLY, 0},
    {"rw", 0, MOUNT_ATTR_RDONLY},
    {"nosuid", MOUNT_ATTR_NOSUID, 0},
    {"suid", 0, MOUNT_ATTR_NOSUID},
    {"nodev", MOUNT_ATTR_NODEV, 0},
    {"dev", 0, MOUNT_ATTR_NODEV},
    {"noexec", MOUNT_ATTR_NOEXEC, 0},
    {"exec", 0, MOUNT_ATTR_NOEXEC},
    {"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    {"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    {"relatime", 0, MOUNT_ATTR__ATIME},
    {"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    {"diratime", 0, MOUNT_ATTR_NODIRATIME},
    {"defaults", 0, 0},
}};

struct MountWords {
  std::uint64_t attributes = 0;
  bool bind = false, recursive = false;
  std::vector<std::string> data;  ///< "size=1m", "addr=…": the file system's
};

MountWords parse_words(const std::string& text) {
  MountWords words;
  for (const auto& word : base::split(text, ',')) {
    const auto flag = std::find_if(
        kFlags.begin(), kFlags.end(), [&](const Flag& known) { return known.word == word; });
    if (flag != kFlags.end()) {
      words.attributes = (words.attributes & ~flag->clear) | flag->set;
    } else if (word == "bind" || word == "rbind") {
      words.bind = true;
      words.recursive = word == "rbind";
    } else if (!word.empty()) {
      words.data.push_back(word);
    }
  }
  return words;
}

base::UniqueFd bind_device(const storage::Volume& volume, const MountWords& words) {
  const auto device = option_of(volume, "device");
  const auto source = base::find_file(device, O_PATH);
  if (!source) {
    fail(Kind::usage,
         "failed to mount local volume: mount {}:{}, flags: 0x1000: no such file or directory",
         device,
         volume.path);
  }
  auto mount = storage::clone_mount(source->get(), words.recursive);
  storage::set_attributes(mount.get(), words.attributes);
  return mount;
}

base::UniqueFd mount_device(const storage::Volume& volume, const MountWords& words) {
  return base::in_context("mount volume " + volume.name, [&] {
    storage::FileSystem made(option_of(volume, "type"));
    const auto device = option_of(volume, "device");
    if (!device.empty()) made.set("source", device);
    if (words.attributes & MOUNT_ATTR_RDONLY) made.set_flag("ro");
    for (const auto& word : words.data) {
      const auto [key, value] = base::split_pair(word, '=');
      if (value)
        made.set(key, *value);
      else
        made.set_flag(key);
    }
    return made.mount(words.attributes);
  });
}

std::optional<base::UniqueFd> share_with_running(Engine& engine, const storage::Volume& volume) {
  for (const auto& id : engine.volumes.users(volume.name)) {
    const auto record = engine.containers.find_by_id(id);
    if (!record) continue;
    const auto state = state_of(engine, *record);
    if (!state.has_process()) continue;
    for (const auto& mount : engine.containers.details(id).options.mounts) {
      if (mount.type != "volume" || mount.source != volume.name) continue;
      if (auto shared = clone_tmpfs_of(state.running.init.pid, mount.target)) return shared;
    }
  }
  return std::nullopt;
}

}  // namespace

void check_volume_options(const storage::Volume& volume, bool device_optional) {
  if (volume.options.empty()) return;
  constexpr std::array<std::string_view, 3> known{"type", "o", "device"};
  for (const auto& [name, value] : volume.options) {
    if (name == "size") fail(Kind::unsupported, "volume option size is not supported yet");
    if (std::find(known.begin(), known.end(), name) == known.end())
      fail(Kind::usage, "create {}: invalid option: \"{}\"", volume.name, name);
  }
  const auto words = parse_words(option_of(volume, "o"));
  const auto type = option_of(volume, "type");
  const bool bind = words.bind || type == "bind";
  const bool needs_device = !device_optional || bind || (type != "tmpfs" && !type.empty());
  if (needs_device && option_of(volume, "device").empty())
    fail(Kind::usage, "create {}: missing required option: \"device\"", volume.name);
  if (type.empty() && !bind && !device_optional)
    fail(Kind::usage, "create {}: missing required option: \"type\"", volume.name);
}

base::UniqueFd mount_volume(Engine& engine, const storage::Volume& volume) {
  const auto words = parse_words(option_of(volume, "o"));
  const auto type = option_of(volume, "type");
  if (words.bind || type == "bind") return bind_device(volume, words);
  if (type.empty()) {
    const auto directory = base::open_file(volume.path, O_PATH | O_DIRECTORY);
    auto mount = storage::clone_mount(directory.get(), true);
    storage::set_attributes(mount.get(), words.attributes);
    return mount;
  }
  if (type == "tmpfs") {
    if (auto shared = share_with_running(engine, volume)) return std::move(*shared);
  }
  return mount_device(volume, words);
}

std::vector<std::string> volume_flags(const storage::Volume& volume) {
  std::vector<std::string> words;
  for (const auto& word : base::split(option_of(volume, "o"), ',')) {
    const bool known = std::any_of(
        kFlags.begin(), kFlags.end(), [&](const Flag& flag) { return flag.word == word; });
    if (known && word != "defaults" && word != "rw") words.push_back(word);
  }
  return words;
}

}  // namespace container
