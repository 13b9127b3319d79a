// SPDX-License-Identifier: Apache-2.0
#include "storage/overlay.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"
#include "storage/file_system.hpp"
#include "storage/place.hpp"

namespace storage {

namespace {

/// fsconfig takes strings of less than 256 bytes, and overlay takes backslashes out of them.
bool is_plain(const std::string& path) {
  return path.size() < 256 && path.find('\\') == std::string::npos;
}

/// False when the kernel does not know lowerdir+: 6.5 and 6.6 say so at once, older ones where all options together are longer
/// than a page, or not before the end.
bool add_layers(FileSystem& context, const std::vector<std::string>& lower) {
  for (auto layer = lower.rbegin(); layer != lower.rend(); ++layer) {
    if (context.try_set("lowerdir+", *layer)) continue;
    if (errno == EINVAL) return false;
    base::sys_fail("mount the overlay: layer {}", *layer);
  }
  return true;
}

}  // namespace

namespace {

bool try_map_ids(int mount, int users) {
  mount_attr attr{};
  attr.attr_set = MOUNT_ATTR_IDMAP;
  attr.userns_fd = static_cast<std::uint64_t>(users);
  return ::syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &attr, sizeof attr) == 0;
}

}  // namespace

bool can_map_ids(const std::string& path, int users) {
  if (base::in_user_namespace()) return false;
  const auto directory = base::open_file(path, O_PATH | O_DIRECTORY);
  return try_map_ids(clone_mount(directory.get(), false).get(), users);
}

void map_ids(int mount, int users) {
  if (!try_map_ids(mount, users)) base::sys_fail("failed to create idmapped mount");
}

namespace {

base::UniqueFd stack_layers(const OverlayPlan& plan, Attributes attributes) {
  // Layers with other ids are mounts, which overlay takes from a mount namespace that knows them.
  if (plan.users >= 0) return make_overlay_by_mount(plan, attributes);
  if (plan.lower.size() > kMostStacked || !is_plain(plan.upper) || !is_plain(plan.work) ||
      !std::all_of(plan.lower.begin(), plan.lower.end(), is_plain)) {
    return make_overlay_by_mount(plan, attributes);
  }
  FileSystem context("overlay");
  context.set("source", "overlay");
  if (!plan.upper.empty()) {
    context.set("upperdir", plan.upper);
    context.set("workdir", plan.work);
  }
  // A second mount of the same upper directory must stay possible after a crash of whoever held the first.
  context.set("index", "off");
  if (attributes == Attributes::user) context.set_flag("userxattr");
  if (plan.discardable) context.set_flag("volatile");
  if (!plan.label.empty()) context.set("context", plan.label);
  // Last, for what does not fit can be layers alone. Whatever else is wrong, the other way meets it, too.
  if (!add_layers(context, plan.lower) || !context.try_create())
    return make_overlay_by_mount(plan, attributes);
  return context.mount();
}

}  // namespace

base::UniqueFd make_overlay(const OverlayPlan& plan, Attributes attributes) {
  try {
    return stack_layers(plan, attributes);
  } catch (const base::Error& e) {
    // What may stand in the way is where we are: inside of a container, on the wrong file system.
    const bool carries = plan.upper.empty() || carries_overlay(plan.upper);
    if (carries && e.kind() != base::Kind::denied) throw;
    throw base::Error(
        e.kind(), e.message() + "; --storage-driver vfs gives containers a root without overlay");
  }
}

void attach_mount(int mount, const std::string& path) {
  if (::syscall(SYS_move_mount, mount, "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) < 0)
    base::sys_fail("mount at {}", path);
}

base::UniqueFd clone_mount(int path_fd, bool recursive) {
  const unsigned flags =
      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  base::UniqueFd fd(static_cast<int>(::syscall(SYS_open_tree, path_fd, "", flags)));
  if (!fd) base::sys_fail("clone a mount");
  return fd;
}

void set_attributes(int mount, std::uint64_t attributes) {
  if (attributes == 0) return;
  mount_attr attr{};
  attr.attr_set = attributes;
  // An access time of one's own needs the old one cleared (mount_setattr(2)).
  if (attributes & MOUNT_ATTR__ATIME) attr.attr_clr = MOUNT_ATTR__ATIME;
  if (::syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0)
    base::sys_fail("set the options of a mount");
}

void attach_mount(int mount, int target) {
  constexpr unsigned kFlags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  if (::syscall(SYS_move_mount, mount, "", target, "", kFlags) < 0)
    base::sys_fail("attach a mount");
}

void clear_restrictions(int mount) {
  for (const std::uint64_t attribute : {MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV}) {
    mount_attr attr{};
    attr.attr_clr = attribute;
    if (::syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0 &&
        errno != EPERM)
      base::sys_fail("set the options of a mount");
  }
}

bool is_mountpoint(const std::string& path) {
  struct statx st {};

  // By this alone a directory of the same file system is told from one that is mounted there.
  const int result = ::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, 0, &st);
  return result == 0 && (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

bool unmount_shown(const std::string& path, bool force) {
  if (!is_mountpoint(path)) return false;
  if (::umount2(path.c_str(), UMOUNT_NOFOLLOW | (force ? MNT_DETACH : 0)) < 0) {
    if (errno == EBUSY) base::fail(base::Kind::in_use, "{} is being used", path);
    base::sys_fail("unmount {}", path);
  }
  ::rmdir(path.c_str());
  return true;
}

}  // namespace storage
