// SPDX-License-Identifier: Apache-2.0
// --cgroups=split: the cgroup that this command runs in, one that systemd has given to a service (Delegate=yes), is shared out
// between a child for what runs already, the monitor with it, and one for each container.
//
//   the service's own          no process: only such a cgroup may hand controllers to its children
//     runtime                  what ran in it: this command, the monitor
//     berth-payload-ID         the container
#pragma once

#include <string>

namespace container {

/// Moves every process of this one's cgroup v2 into the child "runtime", and returns the cgroup's path below the root of the
/// hierarchy. For a process in such a "runtime" that is the one above. Kind unsupported in the root cgroup; denied or io
/// where nobody has given it to us.
std::string share_out_own_cgroup(const std::string& root);

}  // namespace container
