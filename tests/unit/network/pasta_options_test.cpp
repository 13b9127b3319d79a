// SPDX-License-Identifier: Apache-2.0
#include "network/pasta_options.hpp"

#include <gtest/gtest.h>

namespace network {

namespace {

using Words = std::vector<std::string>;

TEST(PastaOptions, NothingIsAskedOfIt) {
  const auto wishes = read_pasta_options({});
  EXPECT_TRUE(wishes.words.empty());
  EXPECT_EQ("eth0", wishes.interface);
  EXPECT_FALSE(wishes.map_gateway || wishes.tcp || wishes.udp || wishes.talks);
}

TEST(PastaOptions, AFlagWithoutItsValueIsForPastaToRefuse) {
  EXPECT_EQ(Words({"-4", "-I"}), read_pasta_options({"-4", "-I"}).words);
  EXPECT_EQ(Words({"--pid="}), read_pasta_options({"--pid="}).words);
}

TEST(PastaOptions, WhatWeSayOurselvesIsKeptFromIt) {
  const auto wishes = read_pasta_options({"-I", "one", "--pid=/p", "--map-gw", "-a", "192.0.2.1"});
  EXPECT_EQ(Words({"-a", "192.0.2.1"}), wishes.words);
  EXPECT_EQ("one", wishes.interface);
  EXPECT_EQ("/p", wishes.pid_file);
  EXPECT_TRUE(wishes.map_gateway);
}

TEST(PastaOptions, TheLastNameOfTheInterfaceCounts) {
  EXPECT_EQ("two", read_pasta_options({"-I", "one", "--ns-ifname", "two"}).interface);
}

TEST(PastaOptions, AddressesAndPortsAreNotedAndHandedOn) {
  const auto wishes = read_pasta_options(
      {"--dns-forward", "192.0.2.1", "--map-guest-addr=192.0.2.2", "-t", "80", "--udp-ns", "53"});
  EXPECT_EQ(Words({"192.0.2.1"}), wishes.dns_forward);
  EXPECT_EQ(Words({"192.0.2.2"}), wishes.host_at);
  EXPECT_TRUE(wishes.tcp);
  EXPECT_TRUE(wishes.udp_out);
  EXPECT_EQ(7U, wishes.words.size());
}

}  // namespace

}  // namespace network
