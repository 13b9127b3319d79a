// SPDX-License-Identifier: Apache-2.0
// /etc/hosts of a container.
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "network/network.hpp"

namespace network {

namespace {

constexpr const char* kStandard =
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::\tip6-localnet\n"
    "ff00::\tip6-mcastprefix\n"
    "ff02::1\tip6-allnodes\n"
    "ff02::2\tip6-allrouters\n";

constexpr const char* kHostGateway = "host-gateway";

std::string host_gateway(const HostsRequest& request) {
  if (request.endpoint && !request.endpoint->host_gateway.empty())
    return request.endpoint->host_gateway;
  if (request.host_network) return "127.0.0.1";
  base::fail(base::Kind::unsupported,
             "host-gateway: this container has no way to the host (no network, or a pasta older "
             "than 2024)");
}

std::string extra_line(const HostsRequest& request, const std::string& extra) {
  const auto [name, address] = base::split_pair(extra, ':');
  if (!address) base::fail(base::Kind::usage, "bad format for add-host: \"{}\"", extra);
  return (*address == kHostGateway ? host_gateway(request) : *address) + "\t" + name + "\n";
}

/// The container's own names, each once.
std::string own_names(const HostsRequest& request) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  add(request.hostname);
  for (const auto& alias : request.aliases) add(alias);
  return base::join(names, " ");
}

}  // namespace

std::string hosts_file(const HostsRequest& request) {
  std::string text = request.base.value_or(kStandard);
  if (request.host_network && !request.base)
    text = base::find_file_text("/etc/hosts").value_or(kStandard);
  if (!text.empty() && text.back() != '\n') text += '\n';
  for (const auto& extra : request.extra) text += extra_line(request, extra);
  const std::string names = own_names(request);
  if (!request.endpoint || names.empty()) return text;
  for (const auto& address : {request.endpoint->address, request.endpoint->address6}) {
    if (!address.empty()) text += address + "\t" + names + "\n";
  }
  return text;
}

}  // namespace network
