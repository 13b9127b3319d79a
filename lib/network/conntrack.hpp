// SPDX-License-Identifier: Apache-2.0
// The kernel's memory of UDP flows.
#pragma once

#include <vector>

#include "network/firewall.hpp"

namespace network {

/// Forgets flows to these published UDP ports. A flow keeps the way it took at its first packet: a
/// client that goes on sending from one port would otherwise never reach a container that was
/// published since, or reach the address of one that is gone.
void forget_udp_flows(const std::vector<Forward>& forwards);

}  // namespace network
