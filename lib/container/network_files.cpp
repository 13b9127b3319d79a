// SPDX-License-Identifier: Apache-2.0
#include "container/network_files.hpp"

#include "container/managed_files.hpp"
#include "network/podman_files.hpp"

namespace container {

std::string hosts_content(const Record& record,
                          const Details& details,
                          const std::optional<network::Endpoint>& endpoint,
                          bool host_network,
                          int rootfs) {
  const auto& o = details.options;
  network::HostsRequest hosts;
  hosts.hostname = details.hostname;
  hosts.extra = o.extra_hosts;
  hosts.endpoint = endpoint;
  hosts.host_network = host_network;
  hosts.base = base_hosts(o.files.hosts, rootfs);
  if (!o.rules.engine_file) return network::hosts_file(hosts);
  hosts.aliases.push_back(record.name);
  if (!o.files.host_address.empty())
    hosts.extra.push_back("host.containers.internal host.docker.internal:" + o.files.host_address);
  return network::podman_hosts_file(hosts);
}

std::string resolv_content(const CreateOptions& options,
                           const std::optional<network::Endpoint>& endpoint,
                           bool host_network,
                           bool pasta) {
  network::ResolvRequest resolv;
  resolv.servers = options.dns;
  resolv.search = options.dns_search;
  resolv.options = options.dns_options;
  resolv.host_network = host_network;
  resolv.pasta = pasta;
  if (endpoint) resolv.forwarders = endpoint->dns_forward;
  return options.rules.engine_file ? network::podman_resolv_file(resolv)
                                   : network::resolv_file(resolv);
}

}  // namespace container
