// SPDX-License-Identifier: Apache-2.0
// A way through a user's private directories for one of his subordinate groups: the first process of a container whose users
// are not the host's must reach its files below XDG_RUNTIME_DIR, which nobody else may enter.
#pragma once

#include <string>
#include <sys/types.h>

namespace base {

/// Lets processes of `group` pass through the parents of `path` that are ours and closed to others: by a line in the
/// directory's access list, so that no further user gets in. What cannot be changed is left as it is.
void open_passage(const std::string& path, gid_t group);

}  // namespace base
