// SPDX-License-Identifier: Apache-2.0
#include "network/bridge.hpp"

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "network/allocation.hpp"
#include "network/bridge_plan.hpp"
#include "network/conntrack.hpp"
#include "network/interface.hpp"
#include "network/link.hpp"
#include "network/namespace.hpp"
#include "network/port_taker.hpp"
#include "network/protocol.hpp"

namespace network {

namespace {

using base::Kind;

constexpr const char* kNetwork = "bridge";
constexpr const char* kInterface = "eth0";
constexpr const char* kLock = "lock";
constexpr const char* kLegacy = "legacy";
constexpr const char* kForwarding = "net/ipv4/ip_forward";

void enable_forwarding() {
  if (read_sysctl(kForwarding) == "1" || write_sysctl(kForwarding, "1")) return;
  base::fail(Kind::denied,
             "enable {}: {}; set it, or use --network none or host",
             kForwarding,
             base::errno_text(errno));
}

std::vector<Forward> forwards_of(const std::vector<PortRecord>& records) {
  std::vector<Forward> forwards;
  for (const auto& record : records) forwards.push_back(record.forward);
  return forwards;
}

/// Bridge, kernel settings and firewall; each step may have been done. Returns the bridge. The
/// firewall comes last: who finds its table finds all.
Link set_up(const storage::Paths& paths, const Allocations& allocations, Links& links) {
  const base::FileLock lock(allocations.path(kLock));
  const BridgePlan plan = make_bridge_plan(paths, allocations, links);
  links.create_bridge(plan.name, mac_of(plan.gateway()));
  const Link link = links.find(plan.name).value();
  links.set_up(link.index);
  links.add_address(link.index, plan.gateway(), plan.subnet.prefix);
  enable_forwarding();
  // Packets of the host's loopback leave by the bridge when they go to a published port.
  if (!write_sysctl("net/ipv4/conf/" + plan.name + "/route_localnet", "1")) {
    base::warn("cannot set route_localnet of {}: ports are not published on 127.0.0.1, ignoring",
               plan.name);
  }
  Firewall firewall(plan);
  if (!firewall.is_installed()) {
    // Somebody may have flushed all rules while containers run: their ports come back with the
    // table.
    const base::FileLock ports = allocations.lock_ports();
    firewall.install(forwards_of(allocations.ports()));
    firewall.join_firewalld();
    base::remove_file(allocations.path(kLegacy));
  }
  return link;
}

/// What a connect needs to be in place.
struct Bridge {
  BridgePlan plan;
  Link link;
  Firewall firewall;
};

/// The bridge when all of it is there, found out by a few questions to the kernel.
std::optional<Bridge> find_bridge(const Allocations& allocations, Links& links) {
  const auto plan = find_bridge_plan(allocations);
  const auto link = plan ? links.find(plan->name) : std::nullopt;
  if (!link || !link->up) return std::nullopt;
  Firewall firewall(*plan);
  if (!firewall.is_installed()) return std::nullopt;
  enable_forwarding();
  return Bridge{*plan, *link, std::move(firewall)};
}

Bridge prepare(const storage::Paths& paths, const Allocations& allocations, Links& links) {
  auto bridge = find_bridge(allocations, links);
  if (!bridge) {
    const Link link = set_up(paths, allocations, links);
    const BridgePlan plan = find_bridge_plan(allocations).value();
    bridge = Bridge{plan, link, Firewall(plan)};
  }
  bridge->firewall.pass_forward_chain();
  bridge->firewall.pass_legacy_chain(allocations.path(kLegacy));
  return std::move(*bridge);
}

std::optional<Ipv4> wished_address(const ConnectRequest& request, const Subnet& subnet) {
  if (request.address.empty()) return std::nullopt;
  const auto address = Ipv4::parse(request.address);
  if (!address || !subnet.contains(*address)) {
    base::fail(Kind::usage, "no configured subnet contains IP address {}", request.address);
  }
  if (*address == subnet.gateway() || *address == subnet.base || *address == subnet.broadcast()) {
    base::fail(Kind::in_use, "Address already in use");
  }
  return address;
}

std::string wished_mac(const ConnectRequest& request, Ipv4 address) {
  const std::string text = request.mac.empty() ? mac_of(address) : base::lower(request.mac);
  if (!parse_mac(text)) base::fail(Kind::usage, "invalid MAC address: {}", request.mac);
  return text;
}

void configure_inside(int namespace_fd, Ipv4 address, const Subnet& subnet) {
  inside_namespace(namespace_fd, [&] {
    // The bridge has no IPv6; without this the interface would make itself an address. A kernel without
    // IPv6 has no such setting.
    write_sysctl(std::string("net/ipv6/conf/") + kInterface + "/disable_ipv6", "1");
    Interface interface(kInterface);
    interface.set_address(address, subnet);
    interface.set_up();
    interface.add_default_route(subnet.gateway());
  });
}

/// Removes a pair of interfaces. When the namespace of its other end is being taken apart, the kernel
/// is at it already, in the background; to ask for it here would wait some 15 ms for that. `number` is
/// that namespace's if it is known: then even the question need not wait.
void remove_veth(Links& links, const std::string& name, std::optional<int> number) {
  if (number && !links.is_namespace_alive(*number)) return;
  const auto link = links.find(name);
  if (!link) return;
  if (link->peer_namespace && !links.is_namespace_alive(*link->peer_namespace)) return;
  links.remove(name);
}

/// Takes ports out of the firewall and gives them back, if they are still the endpoint's.
void release_ports(Allocations& allocations,
                   Firewall& firewall,
                   const std::vector<PortRecord>& records) {
  if (records.empty()) return;
  std::vector<Forward> gone;
  const base::FileLock lock = allocations.lock_ports();
  for (const auto& record : records) {
    const auto now = allocations.find_port(record.forward);
    if (now && now->owner.endpoint == record.owner.endpoint) gone.push_back(now->forward);
  }
  firewall.withdraw(gone);
  for (const auto& forward : gone) allocations.give_back_port(forward);
  forget_udp_flows(gone);
}

std::vector<PortRecord> records_of(const Endpoint& endpoint) {
  std::vector<PortRecord> records;
  const auto target = Ipv4::parse(endpoint.address).value_or(Ipv4{});
  for (const auto& port : endpoint.ports) {
    records.push_back({forward_of(port, target), {{}, endpoint.id, {}}});
  }
  return records;
}

Endpoint new_endpoint() {
  Endpoint endpoint;
  endpoint.network = kNetwork;
  endpoint.id = base::random_hex(64);
  return endpoint;
}

}  // namespace

Endpoint connect_bridge(const storage::Paths& paths,
                        const ConnectRequest& request,
                        int namespace_fd,
                        std::vector<base::UniqueFd>* held) {
  Allocations allocations(paths);
  Links links;
  Bridge bridge = prepare(paths, allocations, links);
  const Subnet& subnet = bridge.plan.subnet;
  Endpoint endpoint = new_endpoint();
  // 15 bytes are all that an interface's name may have.
  endpoint.host_interface = "veth" + endpoint.id.substr(0, 11);
  const Owner owner{request.container_id, endpoint.id, base::PidRef::self()};
  base::Rollback rollback;
  const auto wished = wished_address(request, subnet);
  wished_mac(request, {});
  const Ipv4 address = allocations.take_address(subnet, wished, owner, endpoint.host_interface);
  rollback.on_failure([&] { allocations.give_back_address(address, endpoint.id); });
  endpoint.address = address.text();
  endpoint.gateway = endpoint.host_gateway = subnet.gateway().text();
  endpoint.prefix = subnet.prefix;
  endpoint.mac = wished_mac(request, address);
  rollback.on_failure([&] { release_ports(allocations, bridge.firewall, records_of(endpoint)); });
  auto taken = take_ports(allocations, request.ports, address, owner, endpoint.ports);
  rollback.on_failure([&] { links.remove(endpoint.host_interface); });
  links.create_veth({.name = endpoint.host_interface,
                     .bridge = bridge.link.index,
                     .peer_namespace = namespace_fd,
                     .peer_name = kInterface,
                     .peer_mac = parse_mac(endpoint.mac).value()});
  if (!taken.forwards.empty()) links.set_hairpin(endpoint.host_interface);
  endpoint.namespace_number = links.find_namespace_number(namespace_fd);
  configure_inside(namespace_fd, address, subnet);
  // The table may have been flushed since it was looked for; setting up publishes what is recorded.
  if (!bridge.firewall.publish(taken.forwards)) set_up(paths, allocations, links);
  forget_udp_flows(taken.forwards);
  rollback.commit();
  if (held) *held = std::move(taken.sockets);
  return endpoint;
}

void disconnect_bridge(const storage::Paths& paths, const Endpoint& endpoint) {
  Allocations allocations(paths);
  if (const auto plan = find_bridge_plan(allocations); plan && !endpoint.ports.empty()) {
    Firewall firewall(*plan);
    release_ports(allocations, firewall, records_of(endpoint));
  }
  Links links;
  remove_veth(links, endpoint.host_interface, endpoint.namespace_number);
  if (const auto address = Ipv4::parse(endpoint.address))
    allocations.give_back_address(*address, endpoint.id);
}

std::vector<std::string> sweep_bridge(const storage::Paths& paths, const IsAlive& is_alive) {
  std::vector<std::string> found;
  Allocations allocations(paths);
  const auto plan = find_bridge_plan(allocations);
  if (!plan) return found;
  allocations.remove_unfinished();
  // The maker is asked first: when it has ended, its container's state is as final as it gets.
  const auto is_wreck = [&](const Owner& owner) {
    return !owner.maker.is_alive() && !is_alive(owner.container);
  };
  for (const auto& record : allocations.ports()) {
    if (!is_wreck(record.owner)) continue;
    Firewall firewall(*plan);
    release_ports(allocations, firewall, {record});
    found.push_back(fmt::format("port {}/{} of container {}",
                                record.forward.host_port,
                                protocol_name(record.forward.protocol),
                                base::short_id(record.owner.container)));
  }
  Links links;
  for (const auto& record : allocations.addresses()) {
    if (!is_wreck(record.owner)) continue;
    remove_veth(links, record.veth, std::nullopt);
    allocations.give_back_address(record.address, record.owner.endpoint);
    found.push_back(fmt::format("address {} of container {}",
                                record.address.text(),
                                base::short_id(record.owner.container)));
  }
  return found;
}

void remove_bridge(const storage::Paths& paths) {
  if (!base::is_directory(paths.network())) return;
  Allocations allocations(paths);
  const base::FileLock lock(allocations.path(kLock));
  const auto plan = find_bridge_plan(allocations);
  if (!plan) return;
  Firewall firewall(*plan);
  firewall.restore_forward_chain();
  firewall.remove();
  Links().remove(plan->name);
  for (const char* name : {"bridge", "last", kLegacy}) base::remove_file(allocations.path(name));
}

}  // namespace network
