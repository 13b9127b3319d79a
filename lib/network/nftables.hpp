// SPDX-License-Identifier: Apache-2.0
// Parts of nf_tables messages that more than one file needs, and the program nft.
#pragma once

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string>

#include "network/netlink.hpp"

namespace network {

/// A message about IPv4's tables, of type NFT_MSG_….
Message nft_message(int type, int flags);

/// Sends messages as one transaction.
Answer nft_transaction(NetlinkSocket& socket, std::vector<Message> messages);

/// Runs a script by the program nft. Kind unsupported when it is missing, naming the package.
void run_nft(const std::string& script, const std::string& what);

}  // namespace network
