// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/thread.hpp"
#include "storage/overlay.hpp"

namespace storage {

namespace {

/// A tmpfs that is nowhere in the tree; it is the working directory of this thread.
void enter_empty_directory() {
  const base::UniqueFd context(static_cast<int>(::syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC)));
  if (!context ||
      ::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0)
    base::sys_fail("mount the overlay: make a tmpfs");
  const base::UniqueFd mount(
      static_cast<int>(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0)));
  if (!mount || ::fchdir(mount.get()) < 0) base::sys_fail("mount the overlay: enter a tmpfs");
}

/// A short name in the working directory.
std::string link_to(const std::string& path) {
  // Not thread_local: that would be this program's only such variable, and mold 1.10 puts it before the first page of what
  // becomes read-only, where in one of a thousand layouts no memory is, and the program does not start.
  static std::atomic<int> count = 0;
  const std::string name = fmt::format("{:x}", count++);
  if (::symlink(path.c_str(), name.c_str()) < 0) base::sys_fail("mount the overlay: link {}", path);
  return name;
}

/// The layer with the ids of that namespace, which in this mount namespace covers it.
std::string mapped(const std::string& path, int users) {
  const auto mount = clone_mount(base::open_file(path, O_PATH | O_DIRECTORY).get(), false);
  map_ids(mount.get(), users);
  attach_mount(mount.get(), path);
  return link_to(path);
}

/// "lowerdir=" of these layers, lowest first.
std::string lower_option(const std::vector<std::string>& lower, int users = -1) {
  std::string text = "lowerdir=";
  for (auto layer = lower.rbegin(); layer != lower.rend(); ++layer) {
    if (layer != lower.rbegin()) text += ':';
    text += users < 0 ? link_to(*layer) : mapped(*layer, users);
  }
  return text;
}

void mount_overlay(const std::string& target,
                   std::string options,
                   const std::string& label,
                   Attributes attributes) {
  options += ",index=off";
  // Its commas are not those of the options.
  if (!label.empty()) options += ",context=\"" + label + "\"";
  if (attributes == Attributes::user) options += ",userxattr";
  if (::mount("overlay", target.c_str(), "overlay", 0, options.c_str()) < 0)
    base::sys_fail("mount the overlay");
}

/// Layers that are too many for one overlay: the lowest become one that covers the directory of the first.
std::vector<std::string> stackable(const OverlayPlan& plan, Attributes attributes) {
  const auto& lower = plan.lower;
  if (lower.size() <= kMostStacked) return lower;
  const auto rest = lower.end() - (kMostStacked - 1);
  const std::vector<std::string> lowest(lower.begin(), rest);
  mount_overlay(lower.front(), lower_option(lowest), plan.label, attributes);
  std::vector<std::string> stack = {lower.front()};
  stack.insert(stack.end(), rest, lower.end());
  return stack;
}

base::UniqueFd mount_there(const OverlayPlan& plan, Attributes attributes) {
  if (::unshare(CLONE_NEWNS) < 0) base::sys_fail("mount the overlay: make a mount namespace");
  if (::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
    base::sys_fail("mount the overlay: make mounts private");
  enter_empty_directory();
  // The topmost layer is the one directory that no overlay below covers.
  const std::string& target = plan.lower.back();
  if (plan.users >= 0 && plan.lower.size() > kMostStacked)
    base::fail(base::Kind::unsupported, "too many layers for a container with ids of its own");
  std::string options = lower_option(stackable(plan, attributes), plan.users);
  if (!plan.upper.empty())
    options += ",upperdir=" + link_to(plan.upper) + ",workdir=" + link_to(plan.work);
  if (plan.discardable) options += ",volatile";
  mount_overlay(target, options, plan.label, attributes);
  base::UniqueFd fd(static_cast<int>(
      ::syscall(SYS_open_tree, AT_FDCWD, target.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
  if (!fd) base::sys_fail("mount the overlay: take it");
  return fd;
}

}  // namespace

base::UniqueFd make_overlay_by_mount(const OverlayPlan& plan, Attributes attributes) {
  if (plan.lower.size() > kMostLower) {
    base::fail(base::Kind::unsupported,
               "the image has {} layers, the kernel stacks {} at most",
               plan.lower.size(),
               kMostLower);
  }
  base::UniqueFd made;
  base::in_thread([&] { made = mount_there(plan, attributes); });
  return made;
}

}  // namespace storage
