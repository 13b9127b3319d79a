// SPDX-License-Identifier: Apache-2.0
// Namespaces for a container whose users are not the host's: a user namespace with a mapping of its own, and a network
// namespace that belongs to it, so that the container's root may tune it and whoever enters both later has the right to.
#pragma once

#include "base/id_mapping.hpp"
#include "base/unique_fd.hpp"

namespace base {

struct MappedNamespaces {
  UniqueFd user, network;
};

enum class WithNetwork { no, yes };

/// Makes them. They live as long as a descriptor of them. Kind denied when the kernel refuses the mapping.
MappedNamespaces make_mapped_namespaces(const IdMapping& mapping, WithNetwork network);

/// A network namespace that belongs to a user namespace which somebody else has made. Kind denied when we may not enter that.
UniqueFd make_network_of(int user_namespace);

}  // namespace base
