// SPDX-License-Identifier: Apache-2.0
// Rootless networks: pasta, one process for each container, which carries its connections over
// sockets of the host.
#pragma once

#include <string>
#include <vector>

#include "network/network.hpp"
#include "storage/paths.hpp"

namespace network {

/// The address that pasta answers DNS at when the host's resolver is one on its loopback.
inline constexpr const char* kPastaDns = "169.254.1.1";

Endpoint connect_pasta(const storage::Paths& paths,
                       const ConnectRequest& request,
                       int namespace_fd);

void disconnect_pasta(const storage::Paths& paths,
                      const std::string& container_id,
                      const Endpoint& endpoint);

std::vector<std::string> sweep_pasta(const storage::Paths& paths, const IsAlive& is_alive);

/// Words of pasta's -t or -u for the ports of a protocol: "127.0.0.1/8080:80"; "none" when there
/// are none.
std::vector<std::string> pasta_ports(const std::vector<PortMapping>& ports,
                                     const std::string& protocol);

}  // namespace network
