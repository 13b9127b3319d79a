// SPDX-License-Identifier: Apache-2.0
#include "network/nftables.hpp"

#include <arpa/inet.h>
#include <linux/netfilter.h>

#include "base/process.hpp"
#include "base/text.hpp"

namespace network {

namespace {

nfgenmsg batch_header() {
  nfgenmsg header{};
  header.res_id = htons(NFNL_SUBSYS_NFTABLES);
  return header;
}

}  // namespace

Message nft_message(int type, int flags) {
  nfgenmsg header{};
  header.nfgen_family = NFPROTO_IPV4;
  header.version = NFNETLINK_V0;
  return {NFNL_SUBSYS_NFTABLES << 8 | type, flags, header};
}

Answer nft_transaction(NetlinkSocket& socket, std::vector<Message> messages) {
  return socket.send_batch(Message(NFNL_MSG_BATCH_BEGIN, 0, batch_header()),
                           std::move(messages),
                           Message(NFNL_MSG_BATCH_END, 0, batch_header()));
}

void run_nft(const std::string& script, const std::string& what) {
  if (!base::find_program("nft")) {
    base::fail(base::Kind::unsupported,
               "{}: the program nft is missing: install the package nftables, or use --network "
               "none or host",
               what);
  }
  const auto result = base::run_captured({.argv = {"nft", "-f", "-"}}, script);
  if (result.status.ok()) return;
  const auto lines = base::split(base::trim(result.err), '\n');
  base::fail(base::Kind::unsupported,
             "{}: nft: {} (does the kernel have nf_tables? --network none and host work without)",
             what,
             lines.front());
}

}  // namespace network
