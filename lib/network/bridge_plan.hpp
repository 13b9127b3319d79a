// SPDX-License-Identifier: Apache-2.0
// Which bridge and subnet a store has.
#pragma once

#include <vector>

#include "network/allocation.hpp"
#include "network/firewall.hpp"
#include "network/link.hpp"
#include "storage/paths.hpp"

namespace network {

/// "berth0" for the default store, else "berth-" with a hash of its paths: stores do not share a
/// bridge.
std::string bridge_name(const storage::Paths& paths);

/// Subnets a store may get, in its order of preference, which differs from store to store.
std::vector<Subnet> subnet_candidates(const storage::Paths& paths);

/// The first candidate that no route overlaps. Kind in_use when there is none.
Subnet choose_subnet(const std::vector<Subnet>& candidates, const std::vector<Route>& routes);

/// The recorded choice of a store; nothing before its first connect.
std::optional<BridgePlan> find_bridge_plan(const Allocations& allocations);

/// The recorded choice, or a new one that is recorded from now on. With the network's lock.
BridgePlan make_bridge_plan(const storage::Paths& paths,
                            const Allocations& allocations,
                            Links& links);

}  // namespace network
