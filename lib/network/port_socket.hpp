// SPDX-License-Identifier: Apache-2.0
// Reserving a port of the host with a socket. Published ports are forwarded by the kernel, which
// asks nobody: without a socket, another program could bind the port and never hear anything. So
// the port is bound, which tells whether it is free, and the socket can be kept by a process that
// lives as long as the container.
#pragma once

#include <cstdint>
#include <string>

#include "base/unique_fd.hpp"

namespace network {

struct PortSocket {
  base::UniqueFd
      socket;  ///< none when `error` is set, or when the kernel does not know the protocol
  std::uint16_t port = 0;  ///< the one that was bound
  int error = 0;           ///< EADDRINUSE, EADDRNOTAVAIL, EACCES ...
};

/// Binds a port (0: one that the kernel chooses) of an address ("" : all of IPv4) and, for TCP,
/// listens on it: only a listening socket keeps others out that set SO_REUSEADDR.
PortSocket bind_port(int protocol, const std::string& host_ip, std::uint16_t port);

/// Throws Docker's sentence for a port that cannot be bound.
[[noreturn]] void fail_to_bind(int error,
                               int protocol,
                               const std::string& host_ip,
                               std::uint16_t port);

/// "Bind for 0.0.0.0:80 failed: port is already allocated", kind in_use.
[[noreturn]] void fail_allocated(const std::string& host_ip, std::uint16_t port);

}  // namespace network
