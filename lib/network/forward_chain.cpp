// SPDX-License-Identifier: Apache-2.0
// Other people's rules for forwarded packets. An accept in our table does not help against a drop
// in theirs: the bridge has to be let through where the drop is.
//
// - Docker and ufw (iptables-nft): table ip filter, chain FORWARD with policy drop. Rules go into
// DOCKER-USER when it is
//   there (Docker keeps its content), else to the top of FORWARD.
// - iptables-legacy: the same by its program, as those tables are not nf_tables. Looked at once (a
// program costs more
//   than all of a connect), whatever the policy is then.
// - firewalld: the bridge joins the zone "trusted", which is what its own tools do for a container
// bridge.
#include <arpa/inet.h>
#include <linux/netfilter.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "network/firewall.hpp"
#include "network/nftables.hpp"

namespace network {

namespace {

constexpr const char* kTable = "filter";
constexpr const char* kForward = "FORWARD";
constexpr const char* kDockerUser = "DOCKER-USER";

enum class Chain { missing, accepting, dropping };

Chain look_at_chain(NetlinkSocket& socket, const char* name) {
  Message message = nft_message(NFT_MSG_GETCHAIN, 0);
  message.text(NFTA_CHAIN_TABLE, kTable).text(NFTA_CHAIN_NAME, name);
  Chain chain = Chain::missing;
  const Answer answer = socket.query(std::move(message), [&](int, std::string_view payload) {
    const auto policy =
        Attributes::after(payload, sizeof(nfgenmsg)).number<std::uint32_t>(NFTA_CHAIN_POLICY);
    chain = policy && ntohl(*policy) == NF_DROP ? Chain::dropping : Chain::accepting;
  });
  if (answer.error != ENOENT) answer.check("look at the firewall chain FORWARD");
  return chain;
}

/// Handles (big-endian) of the rules of a chain that speak of an interface.
std::vector<std::uint64_t> rules_about(NetlinkSocket& socket,
                                       const char* chain,
                                       const std::string& interface) {
  std::vector<std::uint64_t> handles;
  const std::string wanted(interface.c_str(),
                           interface.size() + 1);  // with its NUL: no longer name matches
  Message message = nft_message(NFT_MSG_GETRULE, 0);
  message.text(NFTA_RULE_TABLE, kTable).text(NFTA_RULE_CHAIN, chain);
  const Answer answer = socket.dump(std::move(message), [&](int, std::string_view payload) {
    const auto rule = Attributes::after(payload, sizeof(nfgenmsg));
    const auto handle = rule.number<std::uint64_t>(NFTA_RULE_HANDLE);
    const auto expressions = rule.find(NFTA_RULE_EXPRESSIONS).value_or("");
    // Older kernels do not heed the filter.
    if (!handle || rule.text(NFTA_RULE_CHAIN) != chain || rule.text(NFTA_RULE_TABLE) != kTable)
      return;
    if (expressions.find(wanted) != std::string_view::npos) handles.push_back(*handle);
  });
  if (answer.error != ENOENT) answer.check("list the rules of the chain " + std::string(chain));
  return handles;
}

bool has_legacy_filter() {
  const auto names = base::find_file_text("/proc/self/net/ip_tables_names");
  if (!names) return false;
  for (const auto& name : base::split(*names, '\n')) {
    if (name == kTable) return true;
  }
  return false;
}

/// One rule for each direction, by iptables-legacy. False when the program says no.
bool legacy_rule(const char* action, const char* direction, const std::string& bridge) {
  std::vector<std::string> argv = {"iptables-legacy", "-w", action, kForward};
  if (std::string_view(action) == "-I") argv.emplace_back("1");
  for (const auto& word :
       {std::string(direction), bridge, std::string("-j"), std::string("ACCEPT")}) {
    argv.push_back(word);
  }
  return base::run_captured({.argv = argv}).status.ok();
}

void pass_legacy(const std::string& bridge) {
  if (!base::find_program("iptables-legacy")) return;
  for (const char* direction : {"-i", "-o"}) {
    if (legacy_rule("-C", direction, bridge)) continue;
    if (!legacy_rule("-I", direction, bridge))
      base::warn("cannot let {} through iptables-legacy, ignoring", bridge);
  }
}

bool has_firewalld(NetlinkSocket& socket) {
  nfgenmsg header{};
  header.nfgen_family = NFPROTO_INET;
  Message message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, 0, header);
  message.text(NFTA_TABLE_NAME, "firewalld");
  return socket.query(std::move(message), [](int, std::string_view) {}).ok() &&
         base::find_program("firewall-cmd");
}

void firewalld(const char* action, const std::string& bridge) {
  const auto result = base::run_captured(
      {.argv = {"firewall-cmd", "--zone=trusted", std::string(action) + "=" + bridge}});
  if (!result.status.ok())
    base::warn("firewalld does not take {}: {}, ignoring", bridge, base::trim(result.err));
}

}  // namespace

void Firewall::pass_forward_chain() {
  if (look_at_chain(socket_, kForward) != Chain::dropping) return;
  const bool docker = look_at_chain(socket_, kDockerUser) != Chain::missing;
  const char* chain = docker ? kDockerUser : kForward;
  if (rules_about(socket_, chain, plan_.name).size() >= 2) return;
  run_nft(fmt::format("insert rule ip {0} {1} iifname \"{2}\" counter accept\n"
                      "insert rule ip {0} {1} oifname \"{2}\" counter accept\n",
                      kTable,
                      chain,
                      plan_.name),
          "let " + plan_.name + " through the chain " + chain);
}

void Firewall::pass_legacy_chain(const std::string& marker) {
  if (!has_legacy_filter() || base::exists(marker)) return;
  pass_legacy(plan_.name);
  base::replace_file(marker, "");
}

void Firewall::join_firewalld() {
  if (has_firewalld(socket_)) firewalld("--change-interface", plan_.name);
}

void Firewall::restore_forward_chain() {
  for (const char* chain : {kDockerUser, kForward}) {
    for (const std::uint64_t handle : rules_about(socket_, chain, plan_.name)) {
      Message message = nft_message(NFT_MSG_DELRULE, 0);
      message.text(NFTA_RULE_TABLE, kTable)
          .text(NFTA_RULE_CHAIN, chain)
          .number(NFTA_RULE_HANDLE, handle);
      const Answer answer = nft_transaction(socket_, {std::move(message)});
      if (answer.error != ENOENT)
        answer.check("take back a rule of the chain " + std::string(chain));
    }
  }
  if (has_legacy_filter() && base::find_program("iptables-legacy")) {
    for (const char* direction : {"-i", "-o"}) {
      while (legacy_rule("-D", direction, plan_.name)) {
      }
    }
  }
  if (has_firewalld(socket_)) firewalld("--remove-interface", plan_.name);
}

}  // namespace network
