// SPDX-License-Identifier: Apache-2.0
// An interface inside a container, set up by the old ioctls. They do what netlink does, but leave no netlink socket
// behind: the kernel frees those a grace period late, and until then the namespace would outlive its container.
#pragma once

#include <string>

#include "base/unique_fd.hpp"
#include "network/ipv4.hpp"

namespace network {

/// An interface of the namespace that the thread is in when it is made.
class Interface {
 public:
  explicit Interface(std::string name);

  /// Its only IPv4 address. Before it is up.
  void set_address(Ipv4 address, const Subnet& subnet);
  void set_up();
  void add_default_route(Ipv4 gateway);

 private:
  template <typename Request>
  void control(unsigned long action, Request& request, const char* what);

  std::string name_;
  base::UniqueFd socket_;
};

}  // namespace network
