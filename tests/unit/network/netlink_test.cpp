// SPDX-License-Identifier: Apache-2.0
#include "network/netlink.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "sandbox.hpp"

namespace network {

namespace {

using NetlinkTest = Sandbox;

std::string failure_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const base::Error& e) {
    return e.message();
  }
  return "";
}

TEST_F(NetlinkTest, TellsTheKernelsOwnWords) {
  NetlinkSocket socket(NETLINK_ROUTE);
  ifinfomsg header{};
  header.ifi_index = 1;
  Message message(RTM_NEWLINK, 0, header);
  message.number(IFLA_MTU, std::uint32_t{1});
  message.number(IFLA_MASTER, std::uint32_t{1});
  const Answer answer = socket.send(std::move(message));
  EXPECT_NE(0, answer.error);
  const Answer told{EINVAL, "no such thing"};
  EXPECT_EQ("add: Invalid argument (no such thing)", failure_of([&] { told.check("add"); }));
  EXPECT_EQ("add: Invalid argument", failure_of([&] { Answer{EINVAL}.check("add"); }));
}

TEST_F(NetlinkTest, CarriesTheReasonOfARefusedRoute) {
  NetlinkSocket socket(NETLINK_ROUTE);
  // A route by a gateway that no interface leads to: the kernel explains this one.
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = RTPROT_BOOT;
  header.rtm_type = RTN_UNICAST;
  Message message(RTM_NEWROUTE, NLM_F_CREATE, header);
  message.number(RTA_GATEWAY, Ipv4::parse("10.1.2.3")->network());
  const Answer answer = socket.send(std::move(message));
  EXPECT_EQ(ENETUNREACH, answer.error);
  EXPECT_NE(std::string::npos, answer.text.find("gateway")) << answer.text;
}

TEST_F(NetlinkTest, NamesWhatCouldNotBeMade) {
  Links links;
  const auto text = failure_of([&] {
    links.create_veth({.name = "veth-with-a-name-too-long",
                       .bridge = 0,
                       .peer_namespace = host(),
                       .peer_name = "x",
                       .peer_mac = std::string(6, 2)});
  });
  EXPECT_NE(std::string::npos, text.find("make the veth veth-with-a-name-too-long: ")) << text;
  EXPECT_THROW(links.add_address(9999, {1}, 24), base::Error);
  EXPECT_THROW(Interface("nosuch").set_up(), base::Error);
  EXPECT_THROW(Interface("lo").add_default_route({0x0a000001}), base::Error);
  EXPECT_THROW(links.set_up(9999), base::Error);
}

TEST_F(NetlinkTest, FindsNothingWhereNothingIs) {
  Links links;
  EXPECT_FALSE(links.find("nosuch"));
  EXPECT_FALSE(links.remove("nosuch"));
  EXPECT_FALSE(links.find_default_gateway());
  EXPECT_FALSE(links.is_namespace_alive(12345));
}

TEST_F(NetlinkTest, ABridgeIsMadeOnce) {
  Links links;
  EXPECT_TRUE(links.create_bridge("br-test", "02:42:00:00:00:01"));
  EXPECT_FALSE(links.create_bridge("br-test", "02:42:00:00:00:01"));
  const auto link = links.find("br-test");
  ASSERT_TRUE(link);
  EXPECT_TRUE(link->up);
  EXPECT_EQ("02:42:00:00:00:01", link->mac);
  links.add_address(link->index, *Ipv4::parse("10.9.8.1"), 24);
  links.add_address(link->index, *Ipv4::parse("10.9.8.1"), 24);
  EXPECT_EQ("10.9.8.1", links.find_address(link->index)->first.text());
  EXPECT_TRUE(links.remove("br-test"));
}

TEST_F(NetlinkTest, KnowsWhetherANamespaceIsStillUsed) {
  Links links;
  base::UniqueFd other = make_namespace();
  links.create_veth({.name = "v0",
                     .bridge = 0,
                     .peer_namespace = other.get(),
                     .peer_name = "v1",
                     .peer_mac = std::string(6, 2)});
  const auto number = links.find_namespace_number(other.get());
  ASSERT_TRUE(number);
  EXPECT_EQ(number, links.find("v0")->peer_namespace);
  EXPECT_TRUE(links.is_namespace_alive(*number));
  other.reset();
  EXPECT_FALSE(links.is_namespace_alive(*number));
}

TEST_F(NetlinkTest, DumpsMoreThanOneMessageHolds) {
  Links links;
  links.create_bridge("br-test", "02:42:00:00:00:01");
  const int index = links.find("br-test")->index;
  constexpr std::uint32_t kMany = 1000;
  for (std::uint32_t i = 0; i < kMany; ++i)
    links.add_address(index, {(10u << 24) + (i << 8) + 1}, 32);
  EXPECT_GE(links.routes().size(), kMany);
}

TEST(NetlinkAttributes, StopAtWhatIsCutShort) {
  std::string data(8, '\0');
  const nlattr lying{200, 1};
  std::memcpy(data.data(), &lying, sizeof lying);
  int seen = 0;
  Attributes(data).each([&](int, std::string_view) { ++seen; });
  EXPECT_EQ(0, seen);
  EXPECT_EQ(std::nullopt, Attributes("ab").find(1));
  EXPECT_EQ(std::nullopt, Attributes::after("abc", 16).find(1));
}

TEST(NetlinkMessage, RefusesAnAttributeThatDoesNotFit) {
  Message message(RTM_NEWLINK, 0, ifinfomsg{});
  const std::string large(70000, 'x');
  EXPECT_THROW(message.bytes(1, large), base::Error);
  EXPECT_THROW(message.nest(1,
                            [&] {
                              message.bytes(2, large.substr(0, 40000));
                              message.bytes(3, large.substr(0, 40000));
                            }),
               base::Error);
}

}  // namespace

}  // namespace network
