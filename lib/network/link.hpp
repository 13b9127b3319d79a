// SPDX-License-Identifier: Apache-2.0
// Interfaces, addresses and routes of one network namespace, by rtnetlink.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "network/ipv4.hpp"
#include "network/netlink.hpp"

namespace network {

struct Link {
  int index = 0;
  bool up = false;
  std::string mac;                    ///< "02:42:…"
  std::optional<int> peer_namespace;  ///< how this namespace numbers that of a veth's other end
};

/// A pair of interfaces to be made: one end here, on a bridge, the other in a container.
struct VethPlan {
  std::string name;
  int bridge = 0;           ///< index of the bridge
  int peer_namespace = -1;  ///< descriptor
  std::string peer_name;
  std::string peer_mac;  ///< six bytes
};

/// A route's target and the interface it leaves by.
struct Route {
  Subnet target;
  int interface = 0;
};

/// A socket for the namespace that the thread is in when it is made.
class Links {
 public:
  Links() : socket_(NETLINK_ROUTE) {}

  std::optional<Link> find(const std::string& name);

  /// Makes a bridge that is up. False when there is a link of that name already.
  bool create_bridge(const std::string& name, const std::string& mac);

  /// Makes both ends, the one here up and on the bridge, the other in its namespace but still down.
  void create_veth(const VethPlan& plan);

  /// False when there was none.
  bool remove(const std::string& name);

  void set_up(int index);

  /// An address already there is fine.
  void add_address(int index, Ipv4 address, int prefix);

  /// IPv4 routes of all tables, local addresses among them.
  std::vector<Route> routes();

  /// The first global IPv4 address of an interface as address and prefix.
  std::optional<std::pair<Ipv4, int>> find_address(int index);
  std::optional<Ipv4> find_default_gateway();

  /// Lets a bridge send packets back through the port they came by. Where bridges pass their packets to iptables
  /// (br_netfilter), a container needs that to reach a port that it published itself.
  void set_hairpin(const std::string& port);

  /// The number by which this namespace knows another, as in Link::peer_namespace.
  std::optional<int> find_namespace_number(int namespace_fd);

  /// Whether the namespace of that number still has users; a dying one is taken apart by the kernel. Waits for
  /// nobody: unlike questions about links it needs no lock of the kernel's.
  bool is_namespace_alive(int number);

 private:
  NetlinkSocket socket_;
};

}  // namespace network
