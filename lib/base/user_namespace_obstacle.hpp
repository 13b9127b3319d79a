// SPDX-License-Identifier: Apache-2.0
// Hosts forbid user namespaces to ordinary users in several ways; each has its own remedy.
#pragma once

#include <string>

namespace base {

/// One sentence on what forbids user namespaces and how to allow them, from the settings below
/// `proc_sys`
/// ("/proc/sys"). `error` is the errno of the refused call, for when no setting explains it.
std::string user_namespace_obstacle(int error, const std::string& proc_sys = "/proc/sys");

}  // namespace base
