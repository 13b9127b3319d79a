// SPDX-License-Identifier: Apache-2.0
#include "network/firewall.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "network/nftables.hpp"

namespace network {

namespace {

// Maps of published ports: for all of the host's addresses, and for one of them.
constexpr const char* kAnyHost = "published";
constexpr const char* kOneHost = "published_at";

/// The table, with %B for the bridge, %S for its subnet and %E, %F for elements.
///
/// - raw: what is sent to 127.0.0.0/8 by a container would reach the host's own loopback servers,
/// as the bridge has
///   route_localnet (needed for answers to the host's loopback).
/// - prerouting: a neighbour of the host must not reach a port that is published on 127.0.0.1 by
/// sending such a packet.
/// - postrouting: what leaves gets the host's address. What comes back in through a published port,
/// from a
///   container of the same bridge or from the host's loopback, gets the bridge's, so that the
///   answer passes here.
/// - forward: from outside only what was published is let in.
constexpr const char* kTable = R"(table ip %B {
  map published {
    type inet_proto . inet_service : ipv4_addr . inet_service
%E  }
  map published_at {
    type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service
%F  }
  chain raw {
    type filter hook prerouting priority raw; policy accept;
    iifname "%B" ip daddr 127.0.0.0/8 drop
  }
  chain publish {
    dnat ip to ip daddr . meta l4proto . th dport map @published_at
    dnat ip to meta l4proto . th dport map @published
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr 127.0.0.0/8 return
    fib daddr type local jump publish
  }
  chain output {
    type nat hook output priority -100; policy accept;
    fib daddr type local jump publish
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname != "%B" ip saddr %S masquerade
    oifname "%B" ip saddr { 127.0.0.0/8, %S } ct status dnat masquerade
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "%B" accept
    oifname "%B" ct state established,related accept
    oifname "%B" ct status dnat accept
    oifname "%B" drop
  }
}
)";

std::string elements_text(const std::vector<Forward>& forwards, bool any_host) {
  std::string text;
  for (const auto& f : forwards) {
    if ((f.host.value == 0) != any_host) continue;
    text += fmt::format("{}{}{} . {} : {} . {}",
                        text.empty() ? "    elements = { " : ", ",
                        any_host ? "" : f.host.text() + " . ",
                        f.protocol,
                        f.host_port,
                        f.target.text(),
                        f.target_port);
  }
  return text.empty() ? text : text + " }\n";
}

/// Every part of a concatenated key or value fills up four bytes.
void append_padded(std::string& bytes, const void* data, std::size_t size) {
  bytes.append(static_cast<const char*>(data), size);
  bytes.resize((bytes.size() + 3) & ~std::size_t{3});
}

void append_address(std::string& bytes, Ipv4 address) {
  const std::uint32_t value = address.network();
  append_padded(bytes, &value, sizeof value);
}

void append_port(std::string& bytes, std::uint16_t port) {
  const std::uint16_t value = htons(port);
  append_padded(bytes, &value, sizeof value);
}

std::string key_of(const Forward& f, bool any_host) {
  std::string bytes;
  if (!any_host) append_address(bytes, f.host);
  const auto protocol = static_cast<std::uint8_t>(f.protocol);
  append_padded(bytes, &protocol, sizeof protocol);
  append_port(bytes, f.host_port);
  return bytes;
}

std::string value_of(const Forward& f) {
  std::string bytes;
  append_address(bytes, f.target);
  append_port(bytes, f.target_port);
  return bytes;
}

// An attribute holds 64 KiB at most, an element takes some 50 bytes.
constexpr std::size_t kElementsPerMessage = 500;

}  // namespace

Firewall::Firewall(BridgePlan plan)
    : plan_(std::move(plan)), socket_([] {
        try {
          return NetlinkSocket(NETLINK_NETFILTER);
        } catch (const base::Error& e) {
          base::fail(
              base::Kind::unsupported,
              "bridge networking needs a kernel with nf_tables ({}); use --network none or host",
              e.message());
        }
      }()) {}

bool Firewall::is_installed() {
  Message message = nft_message(NFT_MSG_GETTABLE, 0);
  message.text(NFTA_TABLE_NAME, plan_.name);
  const Answer answer = socket_.query(std::move(message), [](int, std::string_view) {});
  if (answer.error == ENOENT) return false;
  if (answer.error == EINVAL || answer.error == EOPNOTSUPP) {
    base::fail(base::Kind::unsupported,
               "bridge networking needs a kernel with nf_tables; use --network none or host");
  }
  answer.check("look for the firewall table " + plan_.name);
  return true;
}

void Firewall::install(const std::vector<Forward>& forwards) {
  std::string table = base::replaced(kTable, "%B", plan_.name);
  table = base::replaced(std::move(table), "%S", plan_.subnet.text());
  table = base::replaced(std::move(table), "%E", elements_text(forwards, true));
  table = base::replaced(std::move(table), "%F", elements_text(forwards, false));
  // Made empty first, so that the deletion works whether there was one or not.
  const std::string fresh = fmt::format("table ip {0} {{}}\ndelete table ip {0}\n", plan_.name);
  run_nft(fresh + table, "install the firewall rules of " + plan_.name);
}

Message Firewall::element_message(int type,
                                  int flags,
                                  const std::vector<Forward>& forwards,
                                  bool any_host) const {
  Message message = nft_message(type, flags);
  message.text(NFTA_SET_ELEM_LIST_TABLE, plan_.name);
  message.text(NFTA_SET_ELEM_LIST_SET, any_host ? kAnyHost : kOneHost);
  message.nest(NFTA_SET_ELEM_LIST_ELEMENTS, [&] {
    for (const auto& forward : forwards) {
      message.nest(NFTA_LIST_ELEM, [&] {
        message.nest(NFTA_SET_ELEM_KEY,
                     [&] { message.bytes(NFTA_DATA_VALUE, key_of(forward, any_host)); });
        message.nest(NFTA_SET_ELEM_DATA,
                     [&] { message.bytes(NFTA_DATA_VALUE, value_of(forward)); });
      });
    }
  });
  return message;
}

Answer Firewall::change(int type, int flags, const std::vector<Forward>& forwards) {
  std::vector<Message> messages;
  for (const bool any_host : {true, false}) {
    std::vector<Forward> some;
    const auto flush = [&] {
      if (!some.empty()) messages.push_back(element_message(type, flags, some, any_host));
      some.clear();
    };
    for (const auto& forward : forwards) {
      if ((forward.host.value == 0) == any_host) some.push_back(forward);
      if (some.size() == kElementsPerMessage) flush();
    }
    flush();
  }
  if (messages.empty()) return {};
  return nft_transaction(socket_, std::move(messages));
}

bool Firewall::publish(const std::vector<Forward>& forwards) {
  const Answer answer = change(NFT_MSG_NEWSETELEM, NLM_F_CREATE, forwards);
  if (answer.error == ENOENT) return false;
  answer.check("publish ports on " + plan_.name);
  return true;
}

void Firewall::withdraw(const std::vector<Forward>& forwards) {
  const Answer all = change(NFT_MSG_DELSETELEM, 0, forwards);
  if (all.ok()) return;
  if (all.error != ENOENT) all.check("withdraw ports from " + plan_.name);
  // One of them is gone already, and the transaction with it: one by one.
  for (const auto& forward : forwards) {
    const Answer one = change(NFT_MSG_DELSETELEM, 0, {forward});
    if (one.error != ENOENT) one.check("withdraw a port from " + plan_.name);
  }
}

void Firewall::remove() {
  Message message = nft_message(NFT_MSG_DELTABLE, 0);
  message.text(NFTA_TABLE_NAME, plan_.name);
  const Answer answer = nft_transaction(socket_, {std::move(message)});
  if (answer.error != ENOENT) answer.check("remove the firewall table " + plan_.name);
}

}  // namespace network
