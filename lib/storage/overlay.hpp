// SPDX-License-Identifier: Apache-2.0
// Overlay mounts made detached (fsopen, fsmount): nothing is visible on the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "storage/store.hpp"

namespace storage {

struct OverlayPlan {
  std::vector<std::string> lower;  ///< diff directories, lowest first
  std::string upper, work;         ///< both empty: read-only
  /// Nothing of `upper` need survive a power loss: the end of the mount waits for no disk (overlay's "volatile").
  bool discardable = false;
  /// A user namespace whose ids the layers' files shall have, or -1.
  int users = -1;
  /// A SELinux label that all files have, whatever their layers say; empty: their own.
  std::string label;
};

/// Layers that the kernel stacks in one overlay, and those that an image may have: the lowest are then an overlay of
/// their own, and the kernel takes two on top of each other.
inline constexpr std::size_t kMostStacked = 500;
inline constexpr std::size_t kMostLower = 2 * kMostStacked - 1;

/// Whether the file system of `path` can show its files with the ids of a user namespace (idmapped mounts).
bool can_map_ids(const std::string& path, int users);

/// Gives the files below a detached mount the ids of a user namespace.
void map_ids(int mount, int users);

/// A detached overlay: by lowerdir+ (kernel 6.7), or by make_overlay_by_mount where that is not enough.
base::UniqueFd make_overlay(const OverlayPlan& plan, Attributes attributes);

/// The same by mount(2), in a mount namespace of its own that ends with the call: for kernels without lowerdir+, long
/// paths and many layers. Its options are one page, so layers go by short names relative to a directory of links.
base::UniqueFd make_overlay_by_mount(const OverlayPlan& plan, Attributes attributes);

/// Makes a detached mount visible at a directory (move_mount).
void attach_mount(int mount, const std::string& path);

/// A detached copy of what is mounted at or below `path` (open_tree, CLONE and, when `recursive`, RECURSIVE).
base::UniqueFd clone_mount(int path_fd, bool recursive);

/// MOUNT_ATTR_* of mount_setattr(2) for a detached mount.
void set_attributes(int mount, std::uint64_t attributes);

/// Lets programs of a detached mount be executed, with setuid and devices, as on a mount of its own, where the mount that it was
/// cloned from says otherwise. An ordinary user cannot take away what the host has set: then it stays.
void clear_restrictions(int mount);

/// Whether something is mounted at a directory; false when it is not there.
bool is_mountpoint(const std::string& path);

/// Unmounts what people were shown at a directory, and removes that. False when nothing is mounted there; kind in_use while
/// somebody works in it, unless forced.
bool unmount_shown(const std::string& path, bool force);

/// Puts a detached mount where `target` (O_PATH) is.
void attach_mount(int mount, int target);

}  // namespace storage
