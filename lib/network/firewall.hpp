// SPDX-License-Identifier: Apache-2.0
// The nftables table of a store's bridge. Its rules are set once, by the program nft; published
// ports are elements of two maps in it, changed by messages to the kernel.
#pragma once

#include <string>
#include <vector>

#include "network/ipv4.hpp"
#include "network/netlink.hpp"

namespace network {

/// The default bridge of a store.
struct BridgePlan {
  std::string name;  ///< of the interface and of the table
  Subnet subnet;

  Ipv4 gateway() const { return subnet.gateway(); }
};

/// What a published port does: packets for host:port go to a container.
struct Forward {
  int protocol = 0;  ///< IPPROTO_…
  Ipv4 host;         ///< 0.0.0.0: every address of the host
  std::uint16_t host_port = 0;
  Ipv4 target;
  std::uint16_t target_port = 0;

  bool operator==(const Forward&) const = default;
};

class Firewall {
 public:
  /// Kind unsupported when the kernel has no nf_tables.
  explicit Firewall(BridgePlan plan);

  bool is_installed();

  /// Puts the table in place with these ports published, all at once.
  void install(const std::vector<Forward>& forwards);

  /// False when the table is not there (any more): install and try again.
  [[nodiscard]] bool publish(const std::vector<Forward>& forwards);

  /// What is gone already is fine. The kernel makes the socket that asked for it wait at its end until no packet can
  /// be using the old elements any more, some 15 ms.
  void withdraw(const std::vector<Forward>& forwards);

  void remove();

  /// Lets the bridge's traffic through where somebody else's rules (Docker's, ufw's) drop what is
  /// forwarded. Cheap when there are none or when it is done; called at each connect, as Docker may
  /// be started later.
  void pass_forward_chain();

  /// The same for iptables-legacy, once: `marker` is the file that says it is done.
  void pass_legacy_chain(const std::string& marker);

  /// Tells firewalld of the bridge, if it runs.
  void join_firewalld();

  /// Takes all that back.
  void restore_forward_chain();

 private:
  Message element_message(int type,
                          int flags,
                          const std::vector<Forward>& forwards,
                          bool any_host) const;
  Answer change(int type, int flags, const std::vector<Forward>& forwards);

  BridgePlan plan_;
  NetlinkSocket socket_;
};

}  // namespace network
