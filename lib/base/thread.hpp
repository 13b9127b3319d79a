// SPDX-License-Identifier: Apache-2.0
// A thread for what would change this process for good: namespaces, working directory, umask.
#pragma once

#include <functional>

namespace base {

/// Runs `act` in a thread of its own and waits for it: what it does to the thread's namespaces ends with it.
/// Throws what `act` throws.
void in_thread(const std::function<void()>& act);

}  // namespace base
