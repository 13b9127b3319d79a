// SPDX-License-Identifier: Apache-2.0
#include "storage/overlay.hpp"

#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "storage/file_system.hpp"

namespace storage {

namespace {

/// Before kernel 6.7 there is no lowerdir+: one string of all layers, 256 bytes at most through fsconfig.
std::string joined(const std::vector<std::string>& lower) {
  std::string text;
  for (auto layer = lower.rbegin(); layer != lower.rend(); ++layer) {
    if (!text.empty()) text += ':';
    text += *layer;
  }
  return text;
}

bool add_layers(FileSystem& context, const std::vector<std::string>& lower) {
  for (auto layer = lower.rbegin(); layer != lower.rend(); ++layer) {
    if (!context.try_set("lowerdir+", *layer)) {
      if (layer == lower.rbegin() && errno == EINVAL) return false;
      base::sys_fail("mount the overlay: layer {}", *layer);
    }
  }
  return true;
}

}  // namespace

base::UniqueFd make_overlay(const OverlayPlan& plan, Attributes attributes) {
  FileSystem context("overlay");
  context.set("source", "overlay");
  std::vector<std::string> lower = plan.lower;
  // Without a layer at all (an image made of nothing) the kernel wants one; an empty upper's sibling will do.
  if (!add_layers(context, lower)) context.set("lowerdir", joined(lower));
  if (!plan.upper.empty()) {
    context.set("upperdir", plan.upper);
    context.set("workdir", plan.work);
  }
  // A second mount of the same upper directory must stay possible after a crash of whoever held the first.
  context.set("index", "off");
  if (attributes == Attributes::user) context.set_flag("userxattr");
  return context.mount();
}

base::UniqueFd clone_mount(int path_fd, bool recursive) {
  const unsigned flags =
      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  base::UniqueFd fd(static_cast<int>(::syscall(SYS_open_tree, path_fd, "", flags)));
  if (!fd) base::sys_fail("clone a mount");
  return fd;
}

}  // namespace storage
