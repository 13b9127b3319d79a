// SPDX-License-Identifier: Apache-2.0
#include "container/rootfs.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/mount.hpp"
#include "container/user_mapping.hpp"
#include "container/volume_mount.hpp"
#include "storage/mount_points.hpp"
#include "storage/overlay.hpp"
#include "storage/shifted_layer.hpp"

namespace container {

base::UniqueFd mount_rootfs(Engine& engine, const Record& record) {
  return mount_rootfs(
      engine, record, user_mapping(engine.containers.details(record.id).options.namespaces));
}

base::UniqueFd mount_rootfs(Engine& engine,
                            const Record& record,
                            const std::optional<base::IdMapping>& mapping) {
  // Two overlays of the same directories would mix each other up.
  if (auto shown = clone_mounted_rootfs(engine, record.id)) return std::move(*shown);
  storage::OverlayPlan plan;
  // Its files belong to the host's root, which a container with ids of its own does not know: there the runtime makes them.
  if (!mapping) plan.lower.push_back(storage::mount_points_layer(engine.store));
  for (const auto& layer : engine.layers.of_container(record.id)) {
    plan.lower.push_back(mapping ? storage::shifted_diff(engine.store, layer, *mapping)
                                 : layer.diff());
  }
  const std::string directory = engine.store.paths().container(record.id);
  plan.upper = directory + "/upper";
  plan.work = directory + "/work";
  plan.discardable = record.summary.remove;
  // The kernel's note that an earlier mount was discardable: it refuses another one, for what a power loss may have taken,
  // but then this container is gone, too.
  if (plan.discardable) base::remove_tree(plan.work + "/work/incompat");
  if (plan.lower.empty()) {
    // An image without layers: the kernel wants at least one lower directory.
    base::make_directory(directory + "/empty", 0755);
    plan.lower.push_back(directory + "/empty");
  }
  return storage::make_overlay(plan, engine.store.attributes());
}

namespace {

bool is_empty_directory(int fd) {
  return base::list_directory(fmt::format("/proc/self/fd/{}", fd)).empty();
}

/// Docker fills an empty volume with what the image has at its target, and gives it that directory's owner and mode.
void fill_volume(int rootfs, const std::string& target, int volume) {
  const auto from = base::find_in_root(rootfs, target, O_RDONLY | O_DIRECTORY);
  if (!from) return;

  struct statvfs fs {};

  // What device= names may be a file, and o= may say "ro".
  if (!S_ISDIR(base::stat_of(volume, target).st_mode) || ::fstatvfs(volume, &fs) < 0 ||
      (fs.f_flag & ST_RDONLY) != 0) {
    return;
  }
  const auto to = base::open_at(volume, ".", O_RDONLY | O_DIRECTORY);
  if (!is_empty_directory(to.get())) return;
  const auto st = base::stat_of(from->get(), target);
  if (!is_empty_directory(from->get())) {
    auto done = base::run_captured(
        {.argv = {"cp", "-a", "--reflink=auto", "--", "/proc/self/fd/3/.", "/proc/self/fd/4/"},
         .pass = {from->get(), to.get()}});
    if (!done.status.ok()) {
      base::fail(base::Kind::io, "fill the volume for {}: {}", target, base::trim(done.err));
    }
  }
  if (::fchown(to.get(), st.st_uid, st.st_gid) < 0 || ::fchmod(to.get(), st.st_mode & 07777) < 0) {
    base::sys_fail("set the owner of the volume for {}", target);
  }
}

base::UniqueFd open_source(const MountOption& mount) {
  if (auto fd = base::find_file(mount.source, O_PATH)) return std::move(*fd);
  if (!mount.create_source) {
    base::fail(base::Kind::usage,
               "invalid mount config for type \"bind\": bind source path does not exist: {}",
               mount.source);
  }
  base::in_context("make the source of a bind mount",
                   [&] { base::make_directories(mount.source, 0755); });
  return base::open_file(mount.source, O_PATH);
}

/// A detached mount of what the container shall see.
base::UniqueFd prepare_source(Engine& engine, const MountOption& mount, int rootfs) {
  if (mount.type != "volume")
    return storage::clone_mount(open_source(mount).get(), mount.recursive);
  auto source = mount_volume(engine, engine.volumes.get(mount.source));
  if (mount.copy) fill_volume(rootfs, mount.target, source.get());
  if (mount.subpath.empty()) return source;
  const auto below = base::find_in_root(source.get(), mount.subpath, O_PATH);
  if (!below) {
    base::fail(base::Kind::usage,
               "cannot access path {} in volume {}: no such file or directory",
               mount.subpath,
               mount.source);
  }
  return storage::clone_mount(below->get(), mount.recursive);
}

/// A file or a directory to be covered by a mount: the kernel wants the same kind as the source.
void make_slot(const std::string& slot, bool directory) {
  if (directory)
    base::make_directory(slot, 0700);
  else
    base::write_file(slot, "", 0600);
}

}  // namespace

PreparedMounts prepare_mounts(Engine& engine,
                              const CreateOptions& options,
                              int rootfs,
                              const std::string& directory) {
  PreparedMounts result;
  auto mounts = options.mounts;
  // A mount below another one's target must come after it.
  std::stable_sort(mounts.begin(), mounts.end(), [](const auto& a, const auto& b) {
    const auto depth = [](const auto& m) {
      return std::count(m.target.begin(), m.target.end(), '/');
    };
    return depth(a) < depth(b);
  });
  if (!mounts.empty()) base::make_directory(directory + "/mounts", 0700);
  for (const auto& mount : mounts) {
    if (mount.type == "tmpfs") {
      result.spec.push_back(spec_mount(mount, ""));
      continue;
    }
    auto source = prepare_source(engine, mount, rootfs);
    const std::string slot = fmt::format("{}/mounts/{}", directory, result.prepared.size());
    make_slot(slot, S_ISDIR(base::stat_of(source.get(), mount.source).st_mode));
    result.prepared.push_back({std::move(source), slot});
    result.spec.push_back(spec_mount(mount, slot));
    if (mount.type != "volume") continue;
    for (auto& word : volume_flags(engine.volumes.get(mount.source)))
      result.spec.back().options.push_back(std::move(word));
  }
  return result;
}

void make_working_directory(int rootfs,
                            const std::string& path,
                            const std::optional<base::IdMapping>& mapping) {
  if (path.empty() || path == "/" || base::find_in_root(rootfs, path, O_PATH)) return;
  std::string made;
  for (const auto& part : base::split(path, '/')) {
    if (part.empty() || part == ".") continue;
    const std::string parent = made.empty() ? "/" : made;
    made += "/" + part;
    if (base::find_in_root(rootfs, made, O_PATH)) continue;
    const auto dir = base::open_in_root(rootfs, parent, O_RDONLY | O_DIRECTORY);
    if (::mkdirat(dir.get(), part.c_str(), 0755) < 0 && errno != EEXIST) {
      base::sys_fail("make the working directory {}", path);
    }
    ::fchmodat(dir.get(), part.c_str(), 0755, 0);
    if (mapping && ::fchownat(dir.get(),
                              part.c_str(),
                              base::map_id(mapping->uids, 0),
                              base::map_id(mapping->gids, 0),
                              AT_SYMLINK_NOFOLLOW) < 0) {
      base::sys_fail("make the working directory {}", path);
    }
  }
}

}  // namespace container
