// SPDX-License-Identifier: Apache-2.0
#include "container/rootfs.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/mapped_namespaces.hpp"
#include "base/process.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "container/copied_root.hpp"
#include "container/idmap.hpp"
#include "container/image_mounts.hpp"
#include "container/label_choice.hpp"
#include "container/mount.hpp"
#include "container/mount_target.hpp"
#include "container/relabel.hpp"
#include "container/user_mapping.hpp"
#include "container/volume_fill.hpp"
#include "container/volume_mount.hpp"
#include "storage/merged_copy.hpp"
#include "storage/mount_points.hpp"
#include "storage/overlay.hpp"
#include "storage/shifted_layer.hpp"

namespace container {

base::UniqueFd mount_rootfs(Engine& engine, const Record& record) {
  return mount_rootfs(engine, record, engine.containers.details(record.id));
}

namespace {

/// The host's own directory.
base::UniqueFd mount_directory(const Rootfs& rootfs,
                               const std::optional<base::IdMapping>& mapping) {
  auto mount = storage::clone_mount(base::open_file(rootfs.path, O_PATH | O_DIRECTORY).get(),
                                    /*recursive=*/!rootfs.idmap);
  if (rootfs.idmap) map_mount(mount.get(), idmap_of(*rootfs.idmap, mapping));
  return mount;
}

}  // namespace

base::UniqueFd mount_rootfs(Engine& engine, const Record& record, const Details& details) {
  const CreateOptions& options = details.options;
  // Two overlays of the same directories would mix each other up.
  if (auto shown = clone_mounted_rootfs(engine, record.id)) return std::move(*shown);
  const auto mapping = user_mapping(options.namespaces);
  const Rootfs& rootfs = options.rootfs;
  if (!rootfs.empty() && !rootfs.overlay) return mount_directory(rootfs, mapping);
  const std::string label = labels_of(details).mount;
  if (has_copied_root(options)) {
    auto root = mount_copied_root(engine, record.id);
    if (!label.empty()) relabel(root.get(), label, copied_root(engine, record.id));
    return root;
  }
  storage::OverlayPlan plan;
  plan.label = label;
  if (rootfs.overlay) plan.lower.push_back(rootfs.path);
  // Its files belong to the host's root, which a container with ids of its own does not know: there the runtime makes them.
  if (!mapping && !rootfs.overlay) plan.lower.push_back(storage::mount_points_layer(engine.store));
  const auto layers = engine.layers.of_container(record.id);
  // Root shows layers with other ids; where the kernel refuses that, there is a copy of each for these ids.
  base::MappedNamespaces users;
  if (mapping && !base::in_user_namespace() && !layers.empty()) {
    users = base::make_mapped_namespaces(*mapping, base::WithNetwork::no);
    // Layers of image stores may lie on other file systems.
    if (std::all_of(layers.begin(), layers.end(), [&](const auto& layer) {
          const bool is_asked = &layer == &layers.front() || !engine.layers.is_own(layer);
          return !is_asked || storage::can_map_ids(layer.diff(), users.user.get());
        }))
      plan.users = users.user.get();
  }
  for (const auto& layer : layers) {
    const bool copied = mapping && plan.users < 0;
    plan.lower.push_back(copied ? storage::shifted_diff(engine.store, layer, *mapping)
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

/// An empty directory for one mount, anew at each start. Not in RUNROOT, which is memory, where there is a choice.
std::string make_place(Engine& engine, const MountOption& mount, const std::string& directory) {
  const std::string own =
      engine.store.paths().container(directory.substr(directory.find_last_of('/') + 1));
  const std::string place = fmt::format("{}/writes-{}",
                                        base::is_directory(own) ? own : directory,
                                        base::sha256_hex(mount.target).substr(0, 16));
  base::remove_tree(place);
  base::make_directory(place, 0700);
  return place;
}

/// Where the writes of -v :O go, unless the user has a place for them.
storage::OverlayPlan plan_writes(Engine& engine,
                                 const MountOption& mount,
                                 const std::string& directory) {
  storage::OverlayPlan plan;
  plan.upper = mount.upper;
  plan.work = mount.work;
  if (!plan.upper.empty()) return plan;
  const std::string place = make_place(engine, mount, directory);
  plan.upper = place + "/upper";
  plan.work = place + "/work";
  base::make_directory(plan.upper, 0755);
  base::make_directory(plan.work, 0700);
  return plan;
}

/// The root of what is written over looks as that below it.
void copy_owner(const std::string& from, const std::string& to) {
  const auto st = base::find_stat(from);
  if (!st || ::chown(to.c_str(), st->st_uid, st->st_gid) < 0 ||
      ::chmod(to.c_str(), st->st_mode & 07777) < 0)
    base::sys_fail("set the owner of {}", to);
}

base::UniqueFd mount_over(Engine& engine,
                          const MountOption& mount,
                          const std::string& directory,
                          const std::string& label) {
  const std::string lower =
      mount.type == "volume" ? engine.volumes.get(mount.source).path : mount.source;
  if (!base::is_directory(lower))
    base::fail(base::Kind::usage, "overlay volume {}: not a directory", lower);
  auto plan = plan_writes(engine, mount, directory);
  plan.lower = {lower};
  plan.label = label;
  if (mount.upper.empty()) copy_owner(lower, plan.upper);
  return storage::make_overlay(plan, engine.store.attributes());
}

/// The files of an image in the place of its layers; the runtime makes the mount read-only.
base::UniqueFd mount_image_copy(Engine& engine,
                                const MountOption& mount,
                                const std::string& directory) {
  const std::string root = make_place(engine, mount, directory) + "/root";
  base::make_directory(root, 0755);
  const auto layers = engine.layers.of_image(engine.images.get(mount.source).id);
  base::in_context("copy the image " + mount.source,
                   [&] { storage::copy_merged(storage::tree_of(layers), root, std::nullopt); });
  auto copy = storage::clone_mount(base::open_file(root, O_PATH | O_DIRECTORY).get(), false);
  storage::clear_restrictions(copy.get());
  return copy;
}

/// The layers of an image; written to only with rw=true, and then for this run alone.
base::UniqueFd mount_image(Engine& engine,
                           const MountOption& mount,
                           const std::string& directory,
                           const std::string& label) {
  storage::OverlayPlan plan;
  if (!mount.read_only) plan = plan_writes(engine, mount, directory);
  plan.label = label;
  const auto image = engine.images.get(mount.source);
  const std::string container = directory.substr(directory.find_last_of('/') + 1);
  for (const auto& layer : keep_image(engine, container, image)) plan.lower.push_back(layer.diff());
  note_image_mount(directory, image);
  // The kernel wants two directories for an overlay that nobody writes to.
  const std::string empty = directory + "/empty";
  base::make_directories(empty, 0755);
  while (plan.lower.size() < 2) plan.lower.insert(plan.lower.begin(), empty);
  return storage::make_overlay(plan, engine.store.attributes());
}

/// Of one container: what its mounts need of their own goes below `directory`.
struct Place {
  const std::string& directory;
  const std::string& label;  ///< SELinux's, of files
};

/// U: every file below is given to the container's user. Links are not followed, nor is another file system entered.
void give_away(int directory, std::uint32_t uid, std::uint32_t gid, dev_t device) {
  for (const auto& name : base::list_directory(fmt::format("/proc/self/fd/{}", directory))) {
    struct stat st {};

    if (::fstatat(directory, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) continue;
    if (st.st_dev != device) continue;
    if (::fchownat(directory, name.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
      base::sys_fail("give {} to the container's user", base::printable(name));
    if (!S_ISDIR(st.st_mode)) continue;
    const auto below = base::open_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    give_away(below.get(), uid, gid, device);
  }
}

void give_away(const base::UniqueFd& source,
               const MountUsers& users,
               const std::optional<base::IdMapping>& shown,
               const std::string& name) {
  std::uint32_t uid = users.user->uid, gid = users.user->gid;
  if (users.mapping) {
    uid = base::map_id(users.mapping->uids, uid);
    gid = base::map_id(users.mapping->gids, gid);
  }
  if (shown) {
    uid = base::unmap_id(shown->uids, uid);
    gid = base::unmap_id(shown->gids, gid);
  }
  const auto st = base::stat_of(source.get(), name);
  if (st.st_uid == uid && st.st_gid == gid) return;  // given away by an earlier start
  if (::fchownat(source.get(), "", uid, gid, AT_EMPTY_PATH) < 0)
    base::sys_fail("give {} to the container's user", name);
  if (!S_ISDIR(st.st_mode)) return;
  const auto directory = base::open_at(source.get(), ".", O_RDONLY | O_DIRECTORY);
  give_away(directory.get(), uid, gid, st.st_dev);
}

base::UniqueFd prepare_image(Engine& engine,
                             const MountOption& mount,
                             const Place& place,
                             bool by_copy) {
  auto image = by_copy ? mount_image_copy(engine, mount, place.directory)
                       : mount_image(engine, mount, place.directory, place.label);
  if (by_copy && !place.label.empty()) relabel(image.get(), place.label, mount.source);
  if (mount.subpath.empty()) return image;
  const auto below = base::find_in_root(image.get(), mount.subpath, O_PATH);
  if (!below) base::fail(base::Kind::usage, "{}: no such path in the image", mount.subpath);
  return storage::clone_mount(below->get(), false);
}

/// A volume is for all containers. What a user has put there, or relabelled, keeps its label.
void label_volume(int directory, const std::string& mount_label, const std::string& name) {
  const auto wanted = parse_label(mount_label), present = parse_label(label_of(directory));
  if (!wanted || (present && present->type == wanted->type)) return;
  set_label(directory, shared_label(mount_label), name);
}

/// A detached mount of what the container shall see; with which ids it will be shown is the caller's.
base::UniqueFd prepare_source(Engine& engine,
                              const MountOption& mount,
                              int rootfs,
                              const Place& place,
                              const std::optional<base::IdMapping>& shown) {
  if (mount.overlay) return mount_over(engine, mount, place.directory, place.label);
  if (mount.type != "volume")
    return storage::clone_mount(open_source(mount).get(), mount.recursive);
  auto source = mount_volume(engine, engine.volumes.get(mount.source));
  if (!place.label.empty()) label_volume(source.get(), place.label, mount.source);
  if (mount.copy) fill_volume(engine, rootfs, mount.target, source.get(), shown);
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
                              const std::string& directory,
                              const MountUsers& users) {
  PreparedMounts result;
  auto mounts = options.mounts;
  // A mount below another one's target must come after it.
  std::stable_sort(mounts.begin(), mounts.end(), [](const auto& a, const auto& b) {
    const auto depth = [](const auto& m) {
      return std::count(m.target.begin(), m.target.end(), '/');
    };
    return depth(a) < depth(b);
  });
  const Place place{directory, users.labels.mount};
  if (!mounts.empty()) base::make_directory(directory + "/mounts", 0711);
  for (auto& mount : mounts) {
    if (is_made_by_runtime(mount)) {
      check_mount_target(rootfs, mount.target, -1);
      result.spec.push_back(spec_mount(mount, ""));
      continue;
    }
    std::optional<base::IdMapping> shown;
    if (mount.idmap) shown = idmap_of(*mount.idmap, users.mapping);
    auto source = mount.type == "image"
                      ? prepare_image(engine, mount, place, options.driver == "vfs")
                      : prepare_source(engine, mount, rootfs, place, shown);
    if (!mount.relabel.empty() && !users.labels.process.empty())
      relabel(source.get(),
              mount.relabel == "shared" ? shared_label(place.label) : place.label,
              mount.source);
    check_mount_target(rootfs, mount.target, source.get());
    if (mount.chown && users.user) give_away(source, users, shown, mount.source);
    if (shown) map_mount(source.get(), *shown);
    const std::string slot = fmt::format("{}/mounts/{}", directory, result.prepared.size());
    const bool is_directory = S_ISDIR(base::stat_of(source.get(), mount.source).st_mode);
    // Nothing can be mounted below a file, and crun's way to all that lies below wants a directory.
    mount.read_only_recursive = mount.read_only_recursive && is_directory;
    make_slot(slot, is_directory);
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
    if (::mkdirat(dir.get(), part.c_str(), 0755) < 0) {
      // A link that leads nowhere: followed from here, it would lead out. The runtime follows it inside.
      if (errno == EEXIST) return;
      base::sys_fail("make the working directory {}", path);
    }
    const auto fresh = base::open_in_root(rootfs, made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    const uid_t uid = mapping ? base::map_id(mapping->uids, 0) : static_cast<uid_t>(-1);
    const gid_t gid = mapping ? base::map_id(mapping->gids, 0) : static_cast<gid_t>(-1);
    if (::fchmod(fresh.get(), 0755) < 0 || ::fchown(fresh.get(), uid, gid) < 0)
      base::sys_fail("make the working directory {}", path);
  }
}

}  // namespace container
