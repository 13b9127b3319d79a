// SPDX-License-Identifier: Apache-2.0
// Where a container may have something mounted.
#pragma once

#include <string>

namespace container {

/// Refuses what would take the place of the kernel's /proc or of files in it: programs, and security modules with them, believe
/// what they read there (CVE-2019-16884). As runc does, what lxcfs shows may be put there, and over /proc itself a /proc.
/// Links in the root are followed. `source` is what will be mounted, -1 when the runtime makes it. Kind denied.
void check_mount_target(int rootfs, const std::string& target, int source);

}  // namespace container
