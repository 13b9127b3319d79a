// SPDX-License-Identifier: Apache-2.0
#include "base/socket.hpp"

#include <sys/socket.h>

#include "base/error.hpp"

namespace base {

UniqueFd make_socket(int domain, int type, int protocol) {
  UniqueFd fd(::socket(domain, type | SOCK_CLOEXEC, protocol));
  if (!fd) sys_fail("make a socket");
  return fd;
}

std::optional<UniqueFd> find_socket(int domain, int type, int protocol) {
  UniqueFd fd(::socket(domain, type | SOCK_CLOEXEC, protocol));
  if (fd) return fd;
  switch (errno) {
    case EPROTONOSUPPORT:
    case ESOCKTNOSUPPORT:
    case EAFNOSUPPORT:
    case EINVAL:
      return std::nullopt;
    default:
      sys_fail("make a socket");
  }
}

}  // namespace base
