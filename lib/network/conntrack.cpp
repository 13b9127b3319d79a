// SPDX-License-Identifier: Apache-2.0
#include "network/conntrack.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include "base/log.hpp"

namespace network {

namespace {

Message message_of(int type) {
  nfgenmsg header{};
  header.nfgen_family = AF_INET;
  return {NFNL_SUBSYS_CTNETLINK << 8 | type, 0, header};
}

bool concerns(const Attributes& tuple, const Forward& forward) {
  const auto protocol = tuple.nested(CTA_TUPLE_PROTO);
  const auto destination = tuple.nested(CTA_TUPLE_IP).number<std::uint32_t>(CTA_IP_V4_DST);
  const auto port = protocol.number<std::uint16_t>(CTA_PROTO_DST_PORT);
  return protocol.number<std::uint8_t>(CTA_PROTO_NUM) == IPPROTO_UDP &&
         port == htons(forward.host_port) &&
         (forward.host.value == 0 || destination == forward.host.network());
}

}  // namespace

void forget_udp_flows(const std::vector<Forward>& forwards) {
  std::vector<Forward> udp;
  std::copy_if(forwards.begin(), forwards.end(), std::back_inserter(udp), [](const Forward& f) {
    return f.protocol == IPPROTO_UDP;
  });
  if (udp.empty()) return;
  NetlinkSocket socket(NETLINK_NETFILTER);
  std::vector<std::string> tuples;
  const Answer answer =
      socket.dump(message_of(IPCTNL_MSG_CT_GET), [&](int, std::string_view payload) {
        const auto flow = Attributes::after(payload, sizeof(nfgenmsg));
        const auto tuple = flow.nested(CTA_TUPLE_ORIG);
        const bool ours = std::any_of(
            udp.begin(), udp.end(), [&](const Forward& f) { return concerns(tuple, f); });
        if (ours) tuples.emplace_back(flow.find(CTA_TUPLE_ORIG).value_or(""));
      });
  // A kernel that cannot tell of its flows still forwards new ones.
  if (!answer.ok())
    return base::debug("cannot list UDP flows: {}, ignoring", base::errno_text(answer.error));
  for (const auto& tuple : tuples) {
    Message message = message_of(IPCTNL_MSG_CT_DELETE);
    message.bytes(CTA_TUPLE_ORIG | NLA_F_NESTED, tuple);
    socket.send(std::move(message));  // gone by itself meanwhile: as wished
  }
}

}  // namespace network
