// SPDX-License-Identifier: Apache-2.0
// Which SELinux labels a container gets on this host (labels.hpp has the rules).
#pragma once

#include "container/engine.hpp"
#include "container/labels.hpp"
#include "container/spec/spec.hpp"

namespace container {

/// For a container to be made: by its own options, by those whose namespaces it joins, and with categories that no other
/// one has. Empty without SELinux.
Labels choose_labels(Engine& engine, const CreateOptions& options);

/// Those that a start is to use: none where the host has no SELinux any more.
Labels labels_of(const Details& details);

/// The same for the spec, and given to the files of the host that the container sees as its own, which are written by now.
void add_labels(Facts& facts, const Details& details);

}  // namespace container
