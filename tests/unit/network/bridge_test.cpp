// SPDX-License-Identifier: Apache-2.0
#include "network/bridge.hpp"

#include <chrono>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>

#include "base/id.hpp"
#include "base/text.hpp"
#include "network/allocation.hpp"
#include "network/bridge_plan.hpp"
#include "network/port_socket.hpp"
#include "sandbox.hpp"

namespace network {

namespace {

class BridgeTest : public Sandbox {
 protected:
  void SetUp() override {
    Sandbox::SetUp();
    if (!IsSkipped()) need_nft();
  }

  struct Container {
    base::UniqueFd net;
    Endpoint endpoint;
    std::vector<base::UniqueFd> held;
  };

  Container start(const std::string& id, const std::vector<std::string>& publish = {}) {
    Container container{make_namespace(), {}, {}};
    container.endpoint =
        connect_bridge(paths(), request(id, publish), container.net.get(), &container.held);
    return container;
  }

  std::string failure_of(const ConnectRequest& wanted) {
    const base::UniqueFd net = make_namespace();
    try {
      connect_bridge(paths(), wanted, net.get(), nullptr);
    } catch (const base::Error& e) {
      return e.message();
    }
    return "";
  }
};

TEST_F(BridgeTest, SaysWhichProgramIsMissingWithoutNft) {
  const std::string path = std::getenv("PATH");
  // find_program also looks into the standard folders, so the file system hides them.
  ASSERT_EQ(0, ::unshare(CLONE_NEWNS));
  ASSERT_EQ(0, ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
  const auto nft = *base::find_program("nft");
  ASSERT_EQ(0, ::mount("/dev/null", nft.c_str(), nullptr, MS_BIND, nullptr));
  const std::string text = failure_of(request("a"));
  ::umount2(nft.c_str(), MNT_DETACH);
  EXPECT_NE(text.find("install the package nftables, or use --network none or host"),
            std::string::npos)
      << text;
  EXPECT_EQ(files().find("addresses/"), std::string::npos) << files();
}

TEST_F(BridgeTest, LeavesNothingBehindWhenTheNamespaceIsNone) {
  const auto first = start("a");
  const std::string before = everything();
  const base::UniqueFd not_a_namespace = base::open_file("/dev/null", O_RDONLY);
  EXPECT_THROW(connect_bridge(paths(), request("b", {"18080:80"}), not_a_namespace.get(), nullptr),
               base::Error);
  base::remove_file(paths().network() + "/last");
  base::write_file(paths().network() + "/last", "");
  EXPECT_EQ(before, everything());
}

TEST_F(BridgeTest, RefusesAnAddressOutsideTheSubnetOrInUse) {
  const auto first = start("a");
  auto wanted = request("b");
  wanted.address = "10.1.2.3";
  EXPECT_EQ("no configured subnet contains IP address 10.1.2.3", failure_of(wanted));
  wanted.address = first.endpoint.address;
  EXPECT_EQ("Address already in use", failure_of(wanted));
  wanted.address = first.endpoint.gateway;
  EXPECT_EQ("Address already in use", failure_of(wanted));
  wanted.address.clear();
  wanted.mac = "nonsense";
  EXPECT_EQ("invalid MAC address: nonsense", failure_of(wanted));
}

TEST_F(BridgeTest, HonoursTheWishedAddressAndMac) {
  const auto first = start("a");
  auto wanted = request("b");
  wanted.address = Ipv4{Ipv4::parse(first.endpoint.gateway)->value + 99}.text();
  wanted.mac = "02:99:00:00:00:01";
  const base::UniqueFd net = make_namespace();
  const Endpoint endpoint = connect_bridge(paths(), wanted, net.get(), nullptr);
  EXPECT_EQ(wanted.address, endpoint.address);
  inside_namespace(net.get(), [] { EXPECT_EQ("02:99:00:00:00:01", Links().find("eth0")->mac); });
}

TEST_F(BridgeTest, GivesAMacThatFollowsFromTheAddress) {
  const auto a = start("a");
  EXPECT_EQ(mac_of(*Ipv4::parse(a.endpoint.address)), a.endpoint.mac);
  EXPECT_TRUE(a.endpoint.mac.starts_with("02:42:")) << a.endpoint.mac;
}

TEST_F(BridgeTest, ContainersReachEachOther) {
  const auto a = start("a"), b = start("b");
  Server server(a.net.get(), 80);
  EXPECT_TRUE(connects(b.net.get(), a.endpoint.address, 80));
  EXPECT_EQ(b.endpoint.address, server.accept());
}

TEST_F(BridgeTest, HasNoIpv6AddressInside) {
  const auto a = start("a");
  inside_namespace(a.net.get(), [] {
    EXPECT_EQ(std::string::npos, base::read_file("/proc/thread-self/net/if_inet6").find("eth0"));
  });
}

TEST_F(BridgeTest, PublishesOnLoopbackAndOnEveryAddress) {
  const auto outside = make_outside();
  const auto a = start("a", {"18080:80"});
  Server server(a.net.get(), 80);
  EXPECT_TRUE(connects(host(), "127.0.0.1", 18080));
  EXPECT_EQ(a.endpoint.gateway, server.accept());
  EXPECT_TRUE(connects(host(), "203.0.113.1", 18080));
  EXPECT_NE("", server.accept());
  EXPECT_TRUE(connects(host(), a.endpoint.gateway, 18080));
  EXPECT_NE("", server.accept());
  EXPECT_TRUE(connects(outside.get(), "203.0.113.1", 18080));
  EXPECT_EQ("203.0.113.2", server.accept());
}

TEST_F(BridgeTest, AContainerReachesItsOwnAndOthersPublishedPorts) {
  const auto outside = make_outside();
  const auto a = start("a", {"18080:80"}), b = start("b");
  Server server(a.net.get(), 80);
  EXPECT_TRUE(connects(a.net.get(), "203.0.113.1", 18080));
  EXPECT_NE("", server.accept());
  EXPECT_TRUE(connects(b.net.get(), "203.0.113.1", 18080));
  EXPECT_EQ(a.endpoint.gateway, server.accept());
  EXPECT_TRUE(connects(b.net.get(), b.endpoint.gateway, 18080));
  EXPECT_NE("", server.accept());
}

TEST_F(BridgeTest, HonoursTheHostAddress) {
  const auto outside = make_outside();
  const auto a = start("a", {"127.0.0.1:18080:80", "203.0.113.1:18081:81"});
  Server loopback(a.net.get(), 80), public_one(a.net.get(), 81);
  EXPECT_TRUE(connects(host(), "127.0.0.1", 18080));
  EXPECT_FALSE(connects(outside.get(), "203.0.113.1", 18080, kShort));
  EXPECT_TRUE(connects(outside.get(), "203.0.113.1", 18081));
  EXPECT_FALSE(connects(host(), "127.0.0.1", 18081, kShort));
}

TEST_F(BridgeTest, MasqueradesWhatLeaves) {
  const auto outside = make_outside();
  const auto a = start("a");
  Server server(outside.get(), 80);
  EXPECT_TRUE(connects(a.net.get(), "203.0.113.2", 80));
  EXPECT_EQ("203.0.113.1", server.accept());
}

TEST_F(BridgeTest, KeepsNeighboursFromWhatIsNotPublished) {
  const auto outside = make_outside();
  const auto a = start("a", {"127.0.0.1:18080:80"});
  Server server(a.net.get(), 80);
  // A neighbour that routes the containers' subnet, or even loopback, to the host.
  const Subnet subnet = find_bridge_plan(Allocations(paths()))->subnet;
  inside_namespace(outside.get(), [&] {
    ASSERT_TRUE(
        base::run_captured({.argv = {"ip", "route", "add", subnet.text(), "via", "203.0.113.1"}})
            .status.ok());
    ASSERT_TRUE(write_sysctl("net/ipv4/conf/eth0/route_localnet", "1"));
    base::run_captured({.argv = {"ip", "addr", "del", "127.0.0.1/8", "dev", "lo"}});
    base::run_captured({.argv = {"ip", "route", "add", "127.0.0.1/32", "via", "203.0.113.1"}});
  });
  EXPECT_FALSE(connects(outside.get(), a.endpoint.address, 80, kShort));
  EXPECT_FALSE(connects(outside.get(), "127.0.0.1", 18080, kShort));
  EXPECT_EQ("", server.accept(0));
}

TEST_F(BridgeTest, KeepsContainersFromTheHostsLoopback) {
  const auto a = start("a");
  Server server(host(), 18099, SOCK_STREAM, "127.0.0.1");
  inside_namespace(a.net.get(), [&] {
    ASSERT_TRUE(write_sysctl("net/ipv4/conf/eth0/route_localnet", "1"));
    base::run_captured({.argv = {"ip", "addr", "del", "127.0.0.1/8", "dev", "lo"}});
    base::run_captured({.argv = {"ip",
                                 "route",
                                 "add",
                                 "127.0.0.1/32",
                                 "via",
                                 a.endpoint.gateway,
                                 "src",
                                 a.endpoint.address}});
  });
  EXPECT_FALSE(connects(a.net.get(), "127.0.0.1", 18099, kShort));
  EXPECT_EQ("", server.accept(0));
}

TEST_F(BridgeTest, PublishesUdpAlsoForAClientThatSentBefore) {
  const base::UniqueFd client = base::make_socket(AF_INET, SOCK_DGRAM, 0);
  const sockaddr_in address = socket_address("127.0.0.1", 18053);
  const auto send = [&] {
    return ::sendto(
        client.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  };
  const auto first = start("warm-up", {"18054:54/udp"});  // connection tracking is on from here
  send();
  auto a = start("a", {"18053:53/udp"});
  Server server(a.net.get(), 53, SOCK_DGRAM);
  while (::recv(client.get(), nullptr, 0, MSG_DONTWAIT) >= 0) {
  }
  send();
  EXPECT_TRUE(server.answer());
  EXPECT_TRUE(is_readable(client.get(), kPatience));
  disconnect_bridge(paths(), a.endpoint);
  a.held.clear();
  const auto b = start("b", {"18053:53/udp"});
  Server second(b.net.get(), 53, SOCK_DGRAM);
  while (::recv(client.get(), nullptr, 0, MSG_DONTWAIT) >= 0) {
  }
  send();
  EXPECT_TRUE(second.answer());
}

TEST_F(BridgeTest, RefusesAPortOfAnotherContainer) {
  const auto a = start("a", {"18080:80"});
  EXPECT_EQ("Bind for 0.0.0.0:18080 failed: port is already allocated",
            failure_of(request("b", {"18080:80"})));
  EXPECT_EQ("Bind for 127.0.0.1:18080 failed: port is already allocated",
            failure_of(request("b", {"127.0.0.1:18080:80"})));
  EXPECT_EQ("", failure_of(request("c", {"18080:80/udp"})));
}

TEST_F(BridgeTest, RefusesEveryAddressWhenOneIsTaken) {
  const auto a = start("a", {"127.0.0.1:18080:80"});
  EXPECT_EQ("Bind for 0.0.0.0:18080 failed: port is already allocated",
            failure_of(request("b", {"18080:80"})));
}

TEST_F(BridgeTest, RefusesAPortOfAProgramOfTheHost) {
  Server tcp(host(), 18080), udp(host(), 18053, SOCK_DGRAM);
  EXPECT_EQ("failed to bind host port 0.0.0.0:18080/tcp: address already in use",
            failure_of(request("a", {"18080:80"})));
  EXPECT_EQ("failed to bind host port 0.0.0.0:18053/udp: address already in use",
            failure_of(request("a", {"18053:53/udp"})));
}

TEST_F(BridgeTest, RefusesAnAddressThatTheHostDoesNotHave) {
  EXPECT_EQ("failed to bind host port 192.0.2.77:18080/tcp: cannot assign requested address",
            failure_of(request("a", {"192.0.2.77:18080:80"})));
  EXPECT_EQ("publish a port on [::1]: containers on the default bridge have no IPv6 address",
            failure_of(request("a", {"[::1]:18080:80"})));
}

TEST_F(BridgeTest, TheHeldSocketsKeepTheHostsProgramsOut) {
  auto a = start("a", {"18080:80", "18053:53/udp"});
  EXPECT_EQ(2u, a.held.size());
  EXPECT_EQ(EADDRINUSE, bind_port(IPPROTO_TCP, "", 18080).error);
  EXPECT_EQ(EADDRINUSE, bind_port(IPPROTO_TCP, "127.0.0.1", 18080).error);
  EXPECT_EQ(EADDRINUSE, bind_port(IPPROTO_UDP, "", 18053).error);
  a.held.clear();
  EXPECT_EQ(0, bind_port(IPPROTO_TCP, "", 18080).error);
}

TEST_F(BridgeTest, TakesTheFirstFreePortOfARange) {
  Server busy(host(), 18080);
  const auto a = start("a", {"18080-18082:80"}), b = start("b", {"18080-18082:80"});
  EXPECT_EQ(18081, a.endpoint.ports.at(0).host_port);
  EXPECT_EQ(18082, b.endpoint.ports.at(0).host_port);
  EXPECT_EQ("Bind for 0.0.0.0:18082 failed: port is already allocated",
            failure_of(request("c", {"18080-18082:80"})));
}

TEST_F(BridgeTest, ChoosesAFreePortWhenNoneIsNamed) {
  const auto a = start("a", {"80", "127.0.0.1::81", "82/udp"});
  std::set<int> ports;
  for (const auto& port : a.endpoint.ports) ports.insert(port.host_port);
  EXPECT_EQ(0u, ports.count(0));
  Server server(a.net.get(), 80);
  EXPECT_TRUE(connects(host(), "127.0.0.1", a.endpoint.ports.at(0).host_port));
}

TEST_F(BridgeTest, PublishesAThousandPorts) {
  const auto a = start("a", {"20000-20999:20000-20999"});
  EXPECT_EQ(1000u, a.endpoint.ports.size());
  Server server(a.net.get(), 20999);
  EXPECT_TRUE(connects(host(), "127.0.0.1", 20999));
  disconnect_bridge(paths(), a.endpoint);
  EXPECT_EQ(std::string::npos, ruleset().find("20999"));
}

TEST_F(BridgeTest, DisconnectLeavesNothingAndMayComeTwice) {
  auto keep = start("keep", {"18081:81"});
  base::remove_file(paths().network() + "/last");
  const std::string before = everything();
  auto a = start("a", {"18080:80", "127.0.0.1:18053:53/udp"});
  disconnect_bridge(paths(), a.endpoint);
  disconnect_bridge(paths(), a.endpoint);
  base::remove_file(paths().network() + "/last");
  EXPECT_EQ(before, everything());
}

TEST_F(BridgeTest, TheKernelRemovesTheInterfacesOfAnEndedContainer) {
  NetlinkSocket warm(NETLINK_ROUTE);
  auto a = start("a");
  const base::UniqueFd watch = base::make_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = 1;  // RTMGRP_LINK
  ASSERT_EQ(0, ::bind(watch.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
  a.net.reset();
  disconnect_bridge(paths(), a.endpoint);
  while (Links().find(a.endpoint.host_interface)) {
    ASSERT_TRUE(is_readable(watch.get(), kPatience));
    char buffer[8192];
    ASSERT_GT(::recv(watch.get(), buffer, sizeof buffer, 0), 0);
  }
}

TEST_F(BridgeTest, ALateDisconnectDoesNotTakeFromTheNext) {
  auto a = start("a", {"18080:80"});
  disconnect_bridge(paths(), a.endpoint);
  a.held.clear();
  auto wanted = request("a", {"18080:80"});
  wanted.address = a.endpoint.address;
  const base::UniqueFd net = make_namespace();
  connect_bridge(paths(), wanted, net.get(), nullptr);
  const std::string before = everything();
  disconnect_bridge(paths(), a.endpoint);
  EXPECT_EQ(before, everything());
  Server server(net.get(), 80);
  EXPECT_TRUE(connects(host(), "127.0.0.1", 18080));
}

TEST_F(BridgeTest, GivesAddressesRoundRobin) {
  auto a = start("a");
  const std::string first = a.endpoint.address;
  disconnect_bridge(paths(), a.endpoint);
  const auto b = start("b");
  EXPECT_NE(first, b.endpoint.address);
}

TEST_F(BridgeTest, PublishedPortsComeBackWhenSomebodyFlushedTheRules) {
  const auto a = start("a", {"18080:80", "127.0.0.1:18081:80"});
  ASSERT_TRUE(base::run_captured({.argv = {"nft", "flush", "ruleset"}}).status.ok());
  const auto b = start("b", {"18082:80"});
  Server server(a.net.get(), 80);
  EXPECT_TRUE(connects(host(), "127.0.0.1", 18080));
  EXPECT_TRUE(connects(host(), "127.0.0.1", 18081));
}

TEST_F(BridgeTest, SweepTakesFromTheDeadAndLeavesTheLiving) {
  const auto alive = start("alive", {"18081:81"});
  const std::string before = everything();
  // A command that was killed after it had connected: its process is gone, its files and rules are
  // there.
  const pid_t pid = ::fork();
  if (pid == 0) {
    const base::UniqueFd net = make_namespace();
    try {
      connect_bridge(paths(), request("dead", {"18080:80"}), net.get(), nullptr);
      ::_exit(0);
    } catch (const std::exception&) {
      ::_exit(1);
    }
  }
  int status = 0;
  ASSERT_EQ(pid, ::waitpid(pid, &status, 0));
  ASSERT_EQ(0, status);
  EXPECT_EQ(std::vector<std::string>{},
            sweep_bridge(paths(), [](const std::string&) { return true; }));
  const auto found = sweep_bridge(paths(), [](const std::string& id) { return id == "alive"; });
  EXPECT_EQ(2u, found.size());
  EXPECT_EQ("port 18080/tcp of container dead", found.at(0));
  EXPECT_EQ(std::string::npos, ruleset().find("18080"));
  EXPECT_EQ(std::string::npos, files().find("18080"));
  EXPECT_NE(std::string::npos, ruleset().find("18081"));
}

TEST_F(BridgeTest, SweepLeavesWhatIsBeingConnected) {
  const auto a = start("young");
  EXPECT_EQ(0u, sweep_bridge(paths(), [](const std::string&) { return false; }).size());
}

TEST_F(BridgeTest, RemoveAllLeavesTheHostAsItWas) {
  {
    auto a = start("a", {"18080:80"});
    disconnect_bridge(paths(), a.endpoint);
  }
  remove_bridge(paths());
  remove_bridge(paths());
  EXPECT_EQ("", ruleset());
  EXPECT_EQ(std::nullopt, find_bridge_plan(Allocations(paths())));
  EXPECT_EQ(std::string::npos, interfaces().find("berth"));
}

TEST_F(BridgeTest, StartsNoProgramOnceTheTableIsThere) {
  const auto a = start("a");

  struct rusage before {
  }, after{};

  ::getrusage(RUSAGE_CHILDREN, &before);
  const auto b = start("b", {"18080:80"});
  disconnect_bridge(paths(), b.endpoint);
  ::getrusage(RUSAGE_CHILDREN, &after);
  EXPECT_EQ(before.ru_minflt, after.ru_minflt);  // a child would have touched memory
}

TEST_F(BridgeTest, FiftyConnectInParallelFromNothing) {
  constexpr int kCount = 50;
  const std::string directory = paths().runroot();
  std::vector<pid_t> pids;
  for (int i = 0; i < kCount; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      try {
        const base::UniqueFd net = make_namespace();
        const auto endpoint =
            connect_bridge(paths(),
                           request("c" + std::to_string(i), {fmt::format("{}:80", 21000 + i)}),
                           net.get(),
                           nullptr);
        if (i % 2) disconnect_bridge(paths(), endpoint);
        ::_exit(0);
      } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        ::_exit(1);
      }
    }
    pids.push_back(pid);
  }
  for (const pid_t pid : pids) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(0, status);
  }
  EXPECT_EQ(kCount / 2, static_cast<int>(Allocations(paths()).addresses().size()));
  EXPECT_EQ(kCount / 2, static_cast<int>(Allocations(paths()).ports().size()));
}

TEST_F(BridgeTest, ConnectsAndDisconnectsInAFewMilliseconds) {
  const auto warm = start("warm");
  double best = 1e9, best_ports = 1e9;
  for (int i = 0; i < 20; ++i) {
    for (const bool ports : {false, true}) {
      base::UniqueFd net = make_namespace();
      const auto wanted =
          request("x", ports ? std::vector<std::string>{"18080:80"} : std::vector<std::string>{});
      const auto begin = std::chrono::steady_clock::now();
      const auto endpoint = connect_bridge(paths(), wanted, net.get(), nullptr);
      const auto middle = std::chrono::steady_clock::now();
      net.reset();
      disconnect_bridge(paths(), endpoint);
      const std::chrono::duration<double, std::milli> up = middle - begin,
                                                      both =
                                                          std::chrono::steady_clock::now() - begin;
      RecordProperty("up", std::to_string(up.count()));
      if (i < 3)
        std::printf("%s: connect %.2f ms, with disconnect %.2f ms\n",
                    ports ? "ports" : "plain",
                    up.count(),
                    both.count());
      (ports ? best_ports : best) = std::min(ports ? best_ports : best, both.count());
    }
  }
  std::printf("best: plain %.2f ms, ports %.2f ms\n", best, best_ports);
  EXPECT_LT(best, 50);  // far above what it takes: machines that run tests may be busy
}

}  // namespace

}  // namespace network
