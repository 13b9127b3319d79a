// SPDX-License-Identifier: Apache-2.0
// /etc/hosts and /etc/resolv.conf of a container as Podman writes them.
#pragma once

#include <string>

#include "network/network.hpp"

namespace network {

/// Names given by the user come first, then those of the base file (the host's own unless the request has one), and of the
/// names that are ours those which are not there yet: localhost, host.containers.internal, the container's.
std::string podman_hosts_file(const HostsRequest& request);

/// The lines alone, without a word of who wrote them.
std::string podman_resolv_file(const ResolvRequest& request);

}  // namespace network
