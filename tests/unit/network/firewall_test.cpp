// SPDX-License-Identifier: Apache-2.0
// Other people's rules for forwarded packets.
#include "network/firewall.hpp"

#include "sandbox.hpp"

namespace network {

namespace {

class FirewallTest : public Sandbox {
 protected:
  void SetUp() override {
    Sandbox::SetUp();
    if (!IsSkipped()) need_nft();
  }

  static void run(std::vector<std::string> argv) {
    const auto result = base::run_captured({.argv = std::move(argv)});
    ASSERT_TRUE(result.status.ok()) << result.err;
  }

  static void need(const char* program) {
    if (!base::find_program(program)) GTEST_SKIP() << "needs the program " << program;
  }

  /// Whether a container that is connected now reaches the outside and is reached by a published port.
  void expect_traffic() {
    const auto outside = make_outside();
    const base::UniqueFd net = make_namespace();
    const auto endpoint = connect_bridge(paths(), request("c", {"18080:80"}), net.get(), nullptr);
    Server there(outside.get(), 80), inside(net.get(), 80);
    EXPECT_TRUE(connects(net.get(), "203.0.113.2", 80));
    EXPECT_TRUE(connects(outside.get(), "203.0.113.1", 18080));
    disconnect_bridge(paths(), endpoint);
    Links().remove("outside");
  }

  static int count(const std::string& text, const std::string& what) {
    int found = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++found;
    return found;
  }

  std::string rules(const char* program) {
    return base::run_captured({.argv = {program, "-S"}}).out;
  }
};

TEST_F(FirewallTest, RefusesAScriptThatNftDoesNotTake) {
  Firewall firewall({"no such name!", *Subnet::parse("10.0.0.0/24")});
  EXPECT_FALSE(firewall.is_installed());
  EXPECT_THROW(firewall.install({}), base::Error);
}

TEST_F(FirewallTest, PublishingNeedsTheTable) {
  Firewall firewall({"berth-test", *Subnet::parse("10.9.0.0/24")});
  const Forward forward{IPPROTO_TCP, {}, 80, *Ipv4::parse("10.9.0.2"), 8080};
  EXPECT_FALSE(firewall.publish({forward}));
  firewall.withdraw({forward});
  firewall.remove();
  firewall.install({});
  EXPECT_TRUE(firewall.publish({forward}));
  EXPECT_TRUE(firewall.publish({forward}));
  EXPECT_NE(std::string::npos, ruleset().find("tcp . 80 : 10.9.0.2 . 8080")) << ruleset();
  const Forward missing{IPPROTO_UDP, *Ipv4::parse("127.0.0.1"), 81, *Ipv4::parse("10.9.0.2"), 8080};
  firewall.withdraw({missing, forward});
  EXPECT_EQ(std::string::npos, ruleset().find("10.9.0.2"));
}

TEST_F(FirewallTest, ElementsReadTheSameFromNftAndFromMessages) {
  Firewall firewall({"berth-test", *Subnet::parse("10.9.0.0/24")});
  const std::vector<Forward> forwards = {
      {IPPROTO_TCP, {}, 80, *Ipv4::parse("10.9.0.2"), 8080},
      {IPPROTO_SCTP, *Ipv4::parse("127.0.0.1"), 81, *Ipv4::parse("10.9.0.3"), 1}};
  firewall.install(forwards);
  const std::string by_nft = ruleset();
  firewall.withdraw(forwards);
  EXPECT_NE(by_nft, ruleset());
  EXPECT_TRUE(firewall.publish(forwards));
  EXPECT_EQ(by_nft, ruleset());
}

TEST_F(FirewallTest, PassesAForwardChainThatDrops) {
  need("iptables-nft");
  run({"iptables-nft", "-P", "FORWARD", "DROP"});
  expect_traffic();
  expect_traffic();
  // One rule for each direction, however many connects there were; iptables itself reads them.
  EXPECT_EQ(2, count(rules("iptables-nft"), "-A FORWARD"));
  remove_bridge(paths());
  EXPECT_EQ("-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n", rules("iptables-nft"));
}

TEST_F(FirewallTest, PassesADockerThatIsStartedLater) {
  need("iptables-nft");
  const base::UniqueFd net = make_namespace();
  const auto endpoint = connect_bridge(paths(), request("early"), net.get(), nullptr);
  run({"iptables-nft", "-N", "DOCKER-USER"});
  run({"iptables-nft", "-I", "FORWARD", "-j", "DOCKER-USER"});
  run({"iptables-nft", "-P", "FORWARD", "DROP"});
  expect_traffic();
  EXPECT_NE(std::string::npos, rules("iptables-nft").find("-A DOCKER-USER -i berth"));
  remove_bridge(paths());
  EXPECT_EQ(std::string::npos, rules("iptables-nft").find("berth"));
}

TEST_F(FirewallTest, PassesIptablesLegacy) {
  need("iptables-legacy");
  const auto result = base::run_captured({.argv = {"iptables-legacy", "-P", "FORWARD", "DROP"}});
  if (!result.status.ok()) GTEST_SKIP() << "the kernel has no legacy tables: " << result.err;
  expect_traffic();
  expect_traffic();
  EXPECT_EQ(2, count(rules("iptables-legacy"), "-A FORWARD"));
  remove_bridge(paths());
  EXPECT_EQ(std::string::npos, rules("iptables-legacy").find("berth"));
  EXPECT_EQ(std::string::npos, files().find("/legacy"));
}

}  // namespace

}  // namespace network
