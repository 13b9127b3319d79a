// SPDX-License-Identifier: Apache-2.0
// The default bridge of a store, for root: what connect() and its kin do there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "network/network.hpp"
#include "storage/paths.hpp"

namespace network {

Endpoint connect_bridge(const storage::Paths& paths,
                        const ConnectRequest& request,
                        int namespace_fd,
                        std::vector<base::UniqueFd>* held);

void disconnect_bridge(const storage::Paths& paths, const Endpoint& endpoint);

std::vector<std::string> sweep_bridge(const storage::Paths& paths, const IsAlive& is_alive);

void remove_bridge(const storage::Paths& paths);

}  // namespace network
