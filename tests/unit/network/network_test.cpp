// SPDX-License-Identifier: Apache-2.0
// The whole of it through a store, as commands use it.
#include "network/network.hpp"

#include "base/user_namespace.hpp"
#include "network/allocation.hpp"
#include "sandbox.hpp"

namespace network {

namespace {

class NetworkTest : public Sandbox {
 protected:
  void SetUp() override {
    Sandbox::SetUp();
    if (IsSkipped()) return;
    if (base::is_rootless()) GTEST_SKIP() << "needs root of the machine";
    need_nft();
  }
};

TEST_F(NetworkTest, RefusesWhatHasNoNetworkYet) {
  storage::Store store(paths().graphroot(), paths().runroot());
  EXPECT_EQ(0u, sweep(store, [](const std::string&) { return false; }).size());
  remove_all(store);
  disconnect(store, "never", Endpoint{});
  EXPECT_EQ("", ruleset());
}

TEST_F(NetworkTest, ConnectsPublishesAndTakesAllBack) {
  storage::Store store(paths().graphroot(), paths().runroot());
  const base::UniqueFd net = make_namespace();
  std::vector<base::UniqueFd> held;
  const Endpoint made = connect(store, request("a", {"18080:80"}), net.get(), &held);
  const auto endpoint =
      base::from_json<Endpoint>(base::to_json(made), "endpoint");  // as the run state keeps it
  EXPECT_EQ("bridge", endpoint.network);
  EXPECT_EQ(64u, endpoint.id.size());
  Server server(net.get(), 80);
  EXPECT_TRUE(connects(host(), "127.0.0.1", 18080));
  disconnect(store, "a", endpoint);
  held.clear();
  EXPECT_FALSE(connects(host(), "127.0.0.1", 18080, kShort));
  EXPECT_EQ(0u, Allocations(paths()).addresses().size());
  remove_all(store);
  EXPECT_EQ("", ruleset());
}

TEST_F(NetworkTest, SweepRemovesAnAddressThatWasNeverFinished) {
  storage::Store store(paths().graphroot(), paths().runroot());
  const base::UniqueFd net = make_namespace();
  const auto endpoint = connect(store, request("a"), net.get());
  const std::string file = paths().network() + "/.unfinished-dead";
  base::write_file(file, owner_text({"b", "dead", {1, 999999999}}) + " veth0\n");
  sweep(store, [](const std::string&) { return true; });
  EXPECT_FALSE(base::exists(file));
  EXPECT_EQ(1u, Allocations(paths()).addresses().size());
}

}  // namespace

}  // namespace network
