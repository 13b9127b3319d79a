// SPDX-License-Identifier: Apache-2.0
#include "network/port_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "base/socket.hpp"
#include "base/sys.hpp"
#include "network/protocol.hpp"

namespace network {

namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

  int family() const { return storage.ss_family; }
};

SocketAddress address_of(const std::string& host_ip, std::uint16_t port) {
  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, host_ip.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof *v6;
    return address;
  }
  address.storage = {};
  v4->sin_family = AF_INET;
  v4->sin_port = htons(port);
  ::inet_pton(AF_INET, host_ip.c_str(), &v4->sin_addr);
  address.size = sizeof *v4;
  return address;
}

std::uint16_t bound_port(int fd) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(fd, address.get(), &address.size) < 0)
    base::sys_fail("ask for a socket's port");
  // The port has one place in both families' addresses.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port);
}

std::string host_text(const std::string& host_ip, std::uint16_t port) {
  if (host_ip.find(':') != std::string::npos) return fmt::format("[{}]:{}", host_ip, port);
  return fmt::format("{}:{}", host_ip.empty() ? "0.0.0.0" : host_ip, port);
}

}  // namespace

PortSocket bind_port(int protocol, const std::string& host_ip, std::uint16_t port) {
  SocketAddress address = address_of(host_ip, port);
  const int type = protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
  auto fd = base::find_socket(address.family(), type, protocol);
  if (!fd) {
    // SCTP without its module: no program of the host can have the port either. Any number does.
    return {{}, port != 0 ? port : bind_port(IPPROTO_TCP, host_ip, 0).port, 0};
  }
  const int on = 1;
  if (address.family() == AF_INET6)
    ::setsockopt(fd->get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  // Connections of an earlier server that are in TIME_WAIT must not be in the way. UDP has none,
  // and takes the option for leave to share the port.
  if (type == SOCK_STREAM) ::setsockopt(fd->get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd->get(), address.get(), address.size) < 0) return {{}, port, errno};
  if (type == SOCK_STREAM && ::listen(fd->get(), 1) < 0) return {{}, port, errno};
  const std::uint16_t chosen = bound_port(fd->get());
  return {std::move(*fd), chosen, 0};
}

void fail_allocated(const std::string& host_ip, std::uint16_t port) {
  base::fail(base::Kind::in_use,
             "Bind for {} failed: port is already allocated",
             host_text(host_ip, port));
}

void fail_to_bind(int error, int protocol, const std::string& host_ip, std::uint16_t port) {
  const std::string what = fmt::format(
      "failed to bind host port {}/{}", host_text(host_ip, port), protocol_name(protocol));
  switch (error) {
    case EADDRINUSE:
      base::fail(base::Kind::in_use, "{}: address already in use", what);
    case EADDRNOTAVAIL:
      base::fail(base::Kind::usage, "{}: cannot assign requested address", what);
    case EACCES:
      base::fail(base::Kind::denied,
                 "{}: permission denied (ports below net.ipv4.ip_unprivileged_port_start are for "
                 "root alone)",
                 what);
    default:
      base::throw_errno(error, what);
  }
}

}  // namespace network
