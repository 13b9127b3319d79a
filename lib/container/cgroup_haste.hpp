// SPDX-License-Identifier: Apache-2.0
// The wait that every start and exec has in the kernel, begun early.
#pragma once

namespace container {

/// Moving a process into a cgroup takes a lock (cgroup_threadgroup_rwsem) whose first writer after a pause waits for an
/// RCU grace period, some ten milliseconds; those that follow soon do not. The runtime is such a writer, late in a start,
/// with everybody waiting. This takes the lock once now, in a thread of its own, by moving this process to where it is,
/// so that the grace period passes while the start is prepared. Where that is not permitted, nothing happens.
///
/// Call it after the user namespace was joined, which a process with threads cannot do.
void hasten_cgroup_moves();

}  // namespace container
