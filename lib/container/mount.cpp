// SPDX-License-Identifier: Apache-2.0
#include "container/mount.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "container/files.hpp"
#include "storage/overlay.hpp"

namespace container {

namespace {

std::string directory_of(const Engine& engine) {
  return engine.store.paths().runroot() + "/mounts";
}

std::string path_of(const Engine& engine, const std::string& id) {
  return directory_of(engine) + "/" + id;
}

}  // namespace

std::string mount_container(Engine& engine, const std::string& name) {
  const std::string id = engine.containers.get(name).id, path = path_of(engine, id);
  if (storage::is_mountpoint(path)) return path;
  const Files files(engine, id, Files::With::rootfs);
  base::make_directories(path, 0700);
  // Of a running one, nobody's lock is held: two commands may do this at once, and then one mount covers the other.
  const auto lock = engine.store.lock("mount-" + id);
  if (!storage::is_mountpoint(path)) storage::attach_mount(files.root(), path);
  return path;
}

bool unmount_container(Engine& engine, const std::string& name, bool force) {
  const std::string id = engine.containers.get(name).id, path = path_of(engine, id);
  const auto lock = engine.store.lock("mount-" + id);
  if (!storage::is_mountpoint(path)) return false;
  if (::umount2(path.c_str(), UMOUNT_NOFOLLOW | (force ? MNT_DETACH : 0)) < 0) {
    if (errno == EBUSY) base::fail(base::Kind::in_use, "{} is being used", path);
    base::sys_fail("unmount {}", path);
  }
  ::rmdir(path.c_str());
  return true;
}

std::vector<MountedContainer> mounted_containers(Engine& engine) {
  std::vector<MountedContainer> mounted;
  for (const auto& id : base::list_directory(directory_of(engine))) {
    const std::string path = path_of(engine, id);
    if (!storage::is_mountpoint(path)) continue;
    if (const auto record = engine.containers.find_by_id(id)) mounted.push_back({*record, path});
  }
  return mounted;
}

std::optional<base::UniqueFd> clone_mounted_rootfs(Engine& engine, const std::string& id) {
  const std::string path = path_of(engine, id);
  if (!storage::is_mountpoint(path)) return std::nullopt;
  return storage::clone_mount(base::open_file(path, O_PATH | O_DIRECTORY).get(),
                              /*recursive=*/false);
}

void detach_mounted_rootfs(Engine& engine, const std::string& id) {
  const std::string path = path_of(engine, id);
  if (!storage::is_mountpoint(path)) return;
  ::umount2(path.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH);
  ::rmdir(path.c_str());
  base::remove_file(engine.store.paths().lock("mount-" + id));
}

}  // namespace container
