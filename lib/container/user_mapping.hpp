// SPDX-License-Identifier: Apache-2.0
// --userns keep-id: inside the container the user has the uid and gid that he has outside.
#pragma once

#include <optional>
#include <string>

#include "base/id_mapping.hpp"
#include "container/options.hpp"

namespace container {

struct KeepId {
  std::uint32_t uid = 0, gid = 0;
};

/// The ids that keep-id asks for; nothing for another mode. Root keeps 0 unless told otherwise.
std::optional<KeepId> keep_id(const Namespaces& namespaces);

/// The mapping of the container's own user namespace onto ours; nothing when it lives in ours. For
/// root keep-id changes the user alone, as podman has it.
std::optional<base::IdMapping> user_mapping(const Namespaces& namespaces);

}  // namespace container
