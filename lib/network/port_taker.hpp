// SPDX-License-Identifier: Apache-2.0
// Taking the host ports that a container publishes on the bridge.
#pragma once

#include <vector>

#include "network/allocation.hpp"
#include "network/network.hpp"

namespace network {

/// A port mapping with its host port known, as the firewall sees it.
Forward forward_of(const PortMapping& port, Ipv4 target);

struct TakenPorts {
  std::vector<Forward> forwards;
  std::vector<base::UniqueFd> sockets;  ///< they keep other programs out while they are open
};

/// Takes each wanted port: records it, after a look at other containers' and at the host's
/// programs. `taken` grows with each, so that a failure leaves there what has to be given back.
TakenPorts take_ports(Allocations& allocations,
                      const std::vector<PortMapping>& wanted,
                      Ipv4 target,
                      const Owner& owner,
                      std::vector<PortMapping>& taken);

}  // namespace network
