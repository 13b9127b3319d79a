// SPDX-License-Identifier: Apache-2.0
// What a container finds in /etc/hosts and /etc/resolv.conf, by the rules of whoever made it.
#pragma once

#include <optional>
#include <string>

#include "container/record.hpp"
#include "network/network.hpp"

namespace container {

/// `endpoint`: of a container with a network of its own; `rootfs`: where --hosts-file image looks.
std::string hosts_content(const Record& record,
                          const Details& details,
                          const std::optional<network::Endpoint>& endpoint,
                          bool host_network,
                          int rootfs);

std::string resolv_content(const CreateOptions& options,
                           const std::optional<network::Endpoint>& endpoint,
                           bool host_network,
                           bool pasta);

}  // namespace container
