// SPDX-License-Identifier: Apache-2.0
// Working inside another network namespace.
#pragma once

#include <functional>
#include <string>

#include "base/unique_fd.hpp"

namespace network {

/// Runs `act` inside a network namespace and waits for it; what it throws arrives here. It runs in a thread of its
/// own, as there may be no way back: a rootless process has no rights over the namespace it came from.
void inside_namespace(int namespace_fd, const std::function<void()>& act);

/// The thread's current network namespace.
base::UniqueFd current_namespace();

/// Reads and writes "net/ipv4/ip_forward" and its like below /proc/sys; these belong to the namespace the thread is
/// in. Empty or false when there is no such setting or no right to it.
std::string read_sysctl(const std::string& name);
bool write_sysctl(const std::string& name, const std::string& value);

}  // namespace network
