// SPDX-License-Identifier: Apache-2.0
// Sockets: made here, so that every one is close-on-exec.
#pragma once

#include <optional>

#include "base/unique_fd.hpp"

namespace base {

UniqueFd make_socket(int domain, int type, int protocol);

/// Nothing when the kernel does not know that kind of socket.
std::optional<UniqueFd> find_socket(int domain, int type, int protocol);

}  // namespace base
