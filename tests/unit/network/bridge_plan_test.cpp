// SPDX-License-Identifier: Apache-2.0
#include "network/bridge_plan.hpp"

#include <set>

#include "sandbox.hpp"

namespace network {

namespace {

Subnet subnet(const char* text) {
  return *Subnet::parse(text);
}

TEST(Ipv4Text, RefusesWhatIsNoAddress) {
  for (const char* text :
       {"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "a.b.c.d", "01.2.3.4"}) {
    EXPECT_FALSE(Ipv4::parse(text)) << text;
  }
  for (const char* text : {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "/8"}) {
    EXPECT_FALSE(Subnet::parse(text)) << text;
  }
  for (const char* text : {"",
                           "02:42",
                           "02:42:00:00:00:0",
                           "01:00:00:00:00:01",
                           "00:00:00:00:00:00",
                           "zz:42:00:00:00:01"}) {
    EXPECT_FALSE(parse_mac(text)) << text;
  }
}

TEST(SubnetOverlap, IsMutual) {
  EXPECT_TRUE(subnet("10.0.0.0/8").overlaps(subnet("10.80.0.0/16")));
  EXPECT_TRUE(subnet("10.80.0.0/16").overlaps(subnet("10.0.0.0/8")));
  EXPECT_TRUE(subnet("10.80.0.0/16").overlaps(subnet("10.80.255.255/32")));
  EXPECT_FALSE(subnet("10.80.0.0/16").overlaps(subnet("10.81.0.0/16")));
  EXPECT_EQ("10.80.255.255", subnet("10.80.1.2/16").broadcast().text());
}

TEST(ChooseSubnet, AvoidsRoutesButNotTheDefaultOne) {
  const std::vector<Subnet> candidates = {subnet("10.87.0.0/16"), subnet("10.86.0.0/16")};
  EXPECT_EQ(candidates[0],
            choose_subnet(candidates, {{subnet("0.0.0.0/0"), 1}, {subnet("128.0.0.0/1"), 1}}));
  EXPECT_EQ(candidates[1], choose_subnet(candidates, {{subnet("10.87.5.0/24"), 1}}));
  EXPECT_THROW(choose_subnet(candidates, {{subnet("10.0.0.0/8"), 1}}), base::Error);
}

TEST(SubnetCandidates, HaveAWayOutOfAHostThatRoutesAllOfTen) {
  const storage::Paths paths("/var/lib/berth", "/run/berth");
  EXPECT_EQ("berth0", bridge_name(paths));
  EXPECT_EQ(subnet("10.87.0.0/16"), subnet_candidates(paths).front());
  EXPECT_EQ(
      "192.168",
      choose_subnet(subnet_candidates(paths), {{subnet("10.0.0.0/8"), 1}}).text().substr(0, 7));
}

TEST(SubnetCandidates, DifferFromStoreToStore) {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) {
    const storage::Paths paths("/tmp/store" + std::to_string(i), "/tmp/run");
    const std::string name = bridge_name(paths);
    EXPECT_LE(name.size(), 15u);
    names.insert(name);
    std::set<std::string> subnets;
    for (const auto& one : subnet_candidates(paths)) subnets.insert(one.text());
    EXPECT_EQ(subnet_candidates(paths).size(), subnets.size());
  }
  EXPECT_EQ(100u, names.size());
}

using BridgePlanTest = Sandbox;

TEST_F(BridgePlanTest, RefusesARecordThatIsBroken) {
  const Allocations allocations(paths());
  base::write_file(allocations.path("bridge"), R"({"name": "x", "subnet": "nonsense"})");
  EXPECT_THROW(find_bridge_plan(allocations), base::Error);
  base::write_file(allocations.path("bridge"), "{");
  EXPECT_THROW(find_bridge_plan(allocations), base::Error);
}

TEST_F(BridgePlanTest, IsKeptAndSurvivesTheRunroot) {
  const Allocations allocations(paths());
  Links links;
  const auto made = make_bridge_plan(paths(), allocations, links);
  EXPECT_EQ(made.subnet, make_bridge_plan(paths(), allocations, links).subnet);
  links.create_bridge(made.name, "02:42:00:00:00:01");
  links.add_address(links.find(made.name)->index, made.gateway(), made.subnet.prefix);
  base::remove_tree(paths().network());
  const Allocations fresh(paths());
  EXPECT_EQ(made.subnet, make_bridge_plan(paths(), fresh, links).subnet);
}

TEST_F(BridgePlanTest, GoesAwayFromAnAddressOfTheHost) {
  Links links;
  links.create_bridge("other", "02:42:00:00:00:01");
  const Subnet first = subnet_candidates(paths()).front();
  links.add_address(links.find("other")->index, {first.base.value + 7}, 30);
  EXPECT_NE(first, make_bridge_plan(paths(), Allocations(paths()), links).subnet);
}

}  // namespace

}  // namespace network
