// SPDX-License-Identifier: Apache-2.0
// The three protocols that have ports to publish.
#pragma once

#include <netinet/in.h>
#include <string>
#include <string_view>

namespace network {

inline std::string protocol_name(int number) {
  switch (number) {
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_SCTP:
      return "sctp";
    default:
      return "tcp";
  }
}

inline int protocol_number(std::string_view name) {
  if (name == "udp") return IPPROTO_UDP;
  if (name == "sctp") return IPPROTO_SCTP;
  return IPPROTO_TCP;
}

}  // namespace network
