// SPDX-License-Identifier: Apache-2.0
// From a decided profile to the kernel's filter program.
#pragma once

#include <linux/filter.h>
#include <optional>
#include <string>
#include <vector>

#include "container/spec/seccomp_profile.hpp"

namespace container::seccomp {

using Program = std::vector<sock_filter>;

/// The kernel takes no longer one.
inline constexpr std::size_t kLongestProgram = BPF_MAXINSNS;

/// The kernel's value for an action ("SCMP_ACT_ERRNO"). Kind corrupt for an unknown one.
std::uint32_t action_value(const std::string& action, std::optional<std::uint32_t> errno_ret);

/// Number of a system call that this libseccomp is too old to know; since Linux 5.1 new ones have
/// the same number on every architecture.
std::optional<int> newer_syscall(const std::string& name);

/// What runs before libseccomp's own program: rules for calls it does not know, and ENOSYS, not
/// EPERM, for calls newer than all in the profile, as C libraries fall back to older calls on
/// ENOSYS only (runc does the same). Empty when there is nothing to do.
Program newer_syscalls_program(const Filter& filter);

/// The whole program. Kind corrupt for a malformed filter.
Program compile(const Filter& filter);

/// Version of libseccomp, part of the cache's key.
std::string library_version();

}  // namespace container::seccomp
