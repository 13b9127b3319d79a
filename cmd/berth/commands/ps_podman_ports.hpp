// SPDX-License-Identifier: Apache-2.0
// Ports of a container as podman's ps shows them.
#pragma once

#include <string>
#include <vector>

#include "container/listing.hpp"
#include "network/network.hpp"

namespace cli {

/// What it publishes; of one that does not run, what was asked for.
std::vector<network::PortMapping> published_ports(container::Engine& engine,
                                                  const container::Listed& listed);

/// Neighbours are one entry with a range; null without any.
base::Json ports_json(const std::vector<network::PortMapping>& ports);

/// Ports that it exposes and does not publish: {"80": ["tcp"]}; null without any.
base::Json exposed_json(const container::Listed& listed,
                        const std::vector<network::PortMapping>& published);

/// "0.0.0.0:8080-8081->80-81/tcp, 90/tcp"
std::string podman_ports_text(container::Engine& engine, const container::Listed& listed);

}  // namespace cli
