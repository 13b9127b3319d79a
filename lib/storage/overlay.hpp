// SPDX-License-Identifier: Apache-2.0
// Overlay mounts made detached (fsopen, fsmount): nothing is visible on the host.
#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "storage/store.hpp"

namespace storage {

struct OverlayPlan {
  std::vector<std::string> lower;  ///< diff directories, lowest first
  std::string upper, work;         ///< both empty: read-only
};

/// A detached overlay. Uses lowerdir+ where the kernel has it (6.7), else one page of short relative names.
base::UniqueFd make_overlay(const OverlayPlan& plan, Attributes attributes);

/// A detached copy of what is mounted at or below `path` (open_tree, CLONE and, when `recursive`, RECURSIVE).
base::UniqueFd clone_mount(int path_fd, bool recursive);

/// Puts a detached mount where `target` (O_PATH) is.
void attach_mount(int mount, int target);

}  // namespace storage
