// SPDX-License-Identifier: Apache-2.0
// Sockets in the file system, at paths of any length.
#pragma once

#include <optional>
#include <string>

#include "base/unique_fd.hpp"

namespace base {

/// Connects to the socket `name` in `directory`; nothing when there is none or nobody listens any
/// more.
std::optional<UniqueFd> connect_unix(const std::string& directory,
                                     const std::string& name,
                                     int type);

}  // namespace base
