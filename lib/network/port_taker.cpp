// SPDX-License-Identifier: Apache-2.0
#include "network/port_taker.hpp"

#include "base/error.hpp"
#include "network/port_socket.hpp"
#include "network/protocol.hpp"

namespace network {

namespace {

/// Docker binds each port a second time for IPv6; a container on this bridge has no IPv6 address to
/// forward to.
void check_host_ip(const PortMapping& port) {
  if (port.host_ip.empty() || Ipv4::parse(port.host_ip)) return;
  base::fail(base::Kind::unsupported,
             "publish a port on [{}]: containers on the default bridge have no IPv6 address",
             port.host_ip);
}

/// One try. Nothing when the port is taken; then `fail` throws why.
std::optional<PortSocket> try_port(const Allocations& allocations,
                                   const PortMapping& port,
                                   std::function<void()>& fail) {
  const int protocol = protocol_number(port.protocol);
  const auto refuse = [&] {
    fail = [ip = port.host_ip, number = port.host_port] { fail_allocated(ip, number); };
  };
  if (port.host_port != 0 && allocations.find_port(forward_of(port, {}))) {
    refuse();
    return std::nullopt;
  }
  PortSocket bound = bind_port(protocol, port.host_ip, port.host_port);
  if (bound.error != 0) {
    fail = [error = bound.error, protocol, ip = port.host_ip, number = port.host_port] {
      fail_to_bind(error, protocol, ip, number);
    };
    return std::nullopt;
  }
  PortMapping chosen = port;
  chosen.host_port = bound.port;
  if (port.host_port == 0 && allocations.find_port(forward_of(chosen, {}))) {
    refuse();
    return std::nullopt;
  }
  return bound;
}

/// The first port of those that the mapping allows.
PortSocket take_one(const Allocations& allocations, PortMapping port) {
  // A port of the kernel's choice may belong to a container whose port nobody holds open: a few
  // more tries.
  constexpr int kRandomTries = 100;
  const int tries =
      port.host_port == 0 ? kRandomTries : std::max(port.host_port_end - port.host_port, 0) + 1;
  std::function<void()> fail;
  for (int i = 0; i < tries; ++i) {
    if (auto bound = try_port(allocations, port, fail)) return std::move(*bound);
    if (port.host_port != 0) ++port.host_port;
  }
  fail();
  base::fail(base::Kind::bug, "a port was refused without a reason");
}

// More than this would fill up the descriptors of whoever holds them (often 1024); ports beyond are
// checked but not held.
constexpr std::size_t kMostHeld = 200;

}  // namespace

Forward forward_of(const PortMapping& port, Ipv4 target) {
  return {protocol_number(port.protocol),
          Ipv4::parse(port.host_ip).value_or(Ipv4{}),
          port.host_port,
          target,
          port.container_port};
}

TakenPorts take_ports(Allocations& allocations,
                      const std::vector<PortMapping>& wanted,
                      Ipv4 target,
                      const Owner& owner,
                      std::vector<PortMapping>& taken) {
  TakenPorts result;
  if (wanted.empty()) return result;
  const base::FileLock lock = allocations.lock_ports();
  for (PortMapping port : wanted) {
    check_host_ip(port);
    PortSocket bound = take_one(allocations, port);
    port.host_port = bound.port != 0 ? bound.port : port.host_port;
    port.host_port_end = 0;
    const Forward forward = forward_of(port, target);
    allocations.take_port(forward, owner);
    taken.push_back(std::move(port));
    result.forwards.push_back(forward);
    if (bound.socket && result.sockets.size() < kMostHeld)
      result.sockets.push_back(std::move(bound.socket));
  }
  return result;
}

}  // namespace network
