// SPDX-License-Identifier: Apache-2.0
// A container's network: its namespace, the default bridge of a store (root) or pasta (rootless),
// published ports, and the files that name hosts. Several user-made networks come later; names are
// data already.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "base/pid_ref.hpp"
#include "base/unique_fd.hpp"
#include "storage/store.hpp"

namespace network {

/// One published port, after ranges are unfolded. A host port of 0 is chosen at connect.
struct PortMapping {
  std::string host_ip;  ///< empty: all addresses, IPv4 and IPv6
  std::uint16_t host_port = 0;
  std::uint16_t host_port_end =
      0;  ///< not 0: the first free port of host_port to this is taken at connect
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";  ///< tcp, udp or sctp

  bool operator==(const PortMapping&) const = default;
};

template <typename Io>
void fields(Io& io, PortMapping& p) {
  io.maybe("hostIp", p.host_ip);
  io.maybe("hostPort", p.host_port);
  io.maybe("hostPortEnd", p.host_port_end);
  io("containerPort", p.container_port);
  io("protocol", p.protocol);
}

/// "[[ip:]hostPort[-end]:]containerPort[-end][/proto]" with Docker's error sentences (kind usage).
std::vector<PortMapping> parse_publish(const std::string& text);

/// "80", "80/udp", "8000-8010/tcp" as in --expose and ExposedPorts: container ports with protocols.
std::vector<PortMapping> parse_expose(const std::string& text);

/// What a container has on one network, recorded in its run state while it is connected.
struct Endpoint {
  std::string network;  ///< "bridge", "pasta"
  std::string id;       ///< 64 hex digits, new at each connect
  std::string address, gateway, mac;
  int prefix = 0;
  std::string address6, gateway6;
  int prefix6 = 0;
  std::string
      host_gateway;  ///< the host as the container reaches it; empty: not at all (an older pasta)
  std::string host_interface;  ///< name of the veth's end on the host
  std::optional<int>
      namespace_number;  ///< the kernel\'s, of the container\'s namespace seen from the host
  std::vector<PortMapping> ports;        ///< with the host ports that were chosen
  std::vector<std::string> dns_forward;  ///< where pasta answers DNS
  base::PidRef helper;                   ///< pasta
};

template <typename Io>
void fields(Io& io, Endpoint& e) {
  io("network", e.network);
  io("id", e.id);
  io.maybe("address", e.address);
  io.maybe("gateway", e.gateway);
  io.maybe("mac", e.mac);
  io.maybe("prefix", e.prefix);
  io.maybe("address6", e.address6);
  io.maybe("gateway6", e.gateway6);
  io.maybe("prefix6", e.prefix6);
  io.maybe("hostGateway", e.host_gateway);
  io.maybe("hostInterface", e.host_interface);
  io.maybe("namespaceNumber", e.namespace_number);
  io.maybe("ports", e.ports);
  io.maybe("dnsForward", e.dns_forward);
  io("helper", e.helper);
}

struct ConnectRequest {
  std::string container_id;
  std::vector<PortMapping> ports;
  std::string address, mac;  ///< wished for, or empty
  std::vector<std::string> pasta_options = {};
};

/// A new network namespace, kept alive by the descriptor. The caller is single-threaded.
base::UniqueFd make_namespace();

/// What make_namespace does to a new one, for one that somebody else has made.
void set_loopback_up(int namespace_fd);

/// Gives the namespace an address on the store's default bridge (root) or pasta (rootless) and
/// publishes the ports. Sets up the bridge, forwarding, masquerade and firewall when missing.
/// Undoes all it did on failure. Kind in_use: "Bind for 0.0.0.0:80 failed: port is already
/// allocated", "Address already in use".
///
/// The kernel forwards published ports whether or not a socket is bound to them. `held` gets
/// sockets that keep the host's other programs from binding them: hand them to a process that lives
/// as long as the container. Without one, only other containers of the store are refused such a
/// port.
///
/// The default bridge has no IPv6, as Docker's: a port without host address is published on all
/// IPv4 addresses.
Endpoint connect(storage::Store& store,
                 const ConnectRequest& request,
                 int namespace_fd,
                 std::vector<base::UniqueFd>* held = nullptr);

/// Takes away what connect made; works when the namespace is gone already, and twice. The fast way
/// is to close every descriptor of the namespace first: then the kernel removes the interfaces in
/// the background.
void disconnect(storage::Store& store, const std::string& container_id, const Endpoint& endpoint);

/// Tells whether a container has (or is getting) a first process.
using IsAlive = std::function<bool(const std::string& container_id)>;

/// Removes addresses, port rules and helpers of containers that are not alive; for repair after a
/// crash. `is_alive` is asked for each container that has some and whose connecting command has
/// ended. Returns what was found, one line each.
std::vector<std::string> sweep(storage::Store& store, const IsAlive& is_alive);

/// Takes down the store's bridge and firewall table; rootless: every pasta.
void remove_all(storage::Store& store);

struct HostsRequest {
  std::string hostname;
  std::vector<std::string> extra;    ///< "name:ip", ip may be host-gateway
  std::optional<Endpoint> endpoint;  ///< none: host or no network
  bool host_network = false;
  std::vector<std::string> aliases;      ///< container name and the like, beside the hostname
  std::optional<std::string> base = {};  ///< what stands in the place of the usual first lines
};

/// Content of /etc/hosts, as Docker writes it.
std::string hosts_file(const HostsRequest& request);

struct ResolvRequest {
  std::vector<std::string> servers, search,
      options;  ///< given by the user; each replaces the host's
  bool host_network = false;
  bool pasta = false;
  std::vector<std::string> forwarders;  ///< asked before the host's servers
};

/// Content of /etc/resolv.conf: the host's without loopback servers (systemd-resolved: its real
/// servers), public servers when none is left, as Docker does it.
std::string resolv_file(const ResolvRequest& request);

}  // namespace network
