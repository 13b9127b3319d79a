// SPDX-License-Identifier: Apache-2.0
// hosts and resolv.conf, on a host whose own files the test sets.
#include "sandbox.hpp"

namespace network {

namespace {

class FilesTest : public Sandbox {
 protected:
  void SetUp() override {
    Sandbox::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(0, ::unshare(CLONE_NEWNS));
    ASSERT_EQ(0, ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
    ASSERT_EQ(0, ::mount("none", "/run", "tmpfs", 0, nullptr));
  }

  void TearDown() override {
    for (const char* path : covered_) ::umount2(path, MNT_DETACH);
    ::umount2("/run", MNT_DETACH);
    Sandbox::TearDown();
  }

  void host_file(const char* path, const std::string& content) {
    const std::string source = directory() + "/" + std::to_string(covered_.size());
    base::write_file(source, content);
    ASSERT_EQ(0, ::mount(source.c_str(), path, nullptr, MS_BIND, nullptr));
    covered_.push_back(path);
  }

  /// Without comments and blank lines.
  static std::string body(const ResolvRequest& request) {
    std::string text;
    for (const auto& line : base::split(resolv_file(request), '\n')) {
      if (!line.empty() && line[0] != '#') text += line + "\n";
    }
    return text;
  }

 private:
  std::vector<const char*> covered_;
};

constexpr const char* kResolv = "/etc/resolv.conf";

Endpoint endpoint_of(const std::string& address, const std::string& gateway) {
  Endpoint endpoint;
  endpoint.network = "bridge";
  endpoint.address = address;
  endpoint.host_gateway = gateway;
  return endpoint;
}

TEST_F(FilesTest, HostsRefusesAnEntryWithoutAddressAndAHostThatCannotBeReached) {
  EXPECT_THROW(hosts_file({.hostname = "h", .extra = {"bad"}, .endpoint = {}, .aliases = {}}),
               base::Error);
  EXPECT_THROW(
      hosts_file({.hostname = "h", .extra = {"gw:host-gateway"}, .endpoint = {}, .aliases = {}}),
      base::Error);
}

TEST_F(FilesTest, HostsHasSixLinesWithoutANetwork) {
  const std::string text =
      hosts_file({.hostname = "h", .extra = {}, .endpoint = {}, .aliases = {}});
  EXPECT_EQ(6, std::count(text.begin(), text.end(), '\n'));
  EXPECT_TRUE(
      text.starts_with("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\t"))
      << text;
}

TEST_F(FilesTest, HostsNamesTheContainerAndWhatWasAdded) {
  const std::string text = hosts_file({.hostname = "webhost",
                                       .extra = {"one:1.1.1.1", "six:fd00::1", "gw:host-gateway"},
                                       .endpoint = endpoint_of("10.80.0.5", "10.80.0.1"),
                                       .aliases = {"web", "webhost"}});
  EXPECT_TRUE(text.ends_with("1.1.1.1\tone\nfd00::1\tsix\n10.80.0.1\tgw\n10.80.0.5\twebhost web\n"))
      << text;
}

TEST_F(FilesTest, HostsIsTheHostsInItsNetwork) {
  host_file("/etc/hosts", "127.0.0.1 localhost\n192.0.2.9 printer");
  EXPECT_EQ("127.0.0.1 localhost\n192.0.2.9 printer\n1.1.1.1\tone\n",
            hosts_file({.hostname = "h",
                        .extra = {"one:1.1.1.1"},
                        .endpoint = {},
                        .host_network = true,
                        .aliases = {}}));
}

TEST_F(FilesTest, ResolvDropsLoopbackAndIpv6Servers) {
  host_file(kResolv,
            "# c\nnameserver 127.0.0.1\nnameserver 192.0.2.53\nnameserver fd00::53\nsearch "
            "a.example b.example\noptions ndots:2\n");
  EXPECT_EQ("nameserver 192.0.2.53\nsearch a.example b.example\noptions ndots:2\n", body({}));
  EXPECT_EQ(
      "nameserver 192.0.2.53\nnameserver fd00::53\nsearch a.example b.example\noptions ndots:2\n",
      body({.servers = {}, .search = {}, .options = {}, .pasta = true, .forwarders = {}}));
}

TEST_F(FilesTest, ResolvFallsBackToPublicServers) {
  host_file(kResolv, "nameserver 127.0.0.1\nnameserver ::1\n");
  EXPECT_EQ("nameserver 8.8.8.8\nnameserver 8.8.4.4\n", body({}));
  EXPECT_EQ("nameserver 169.254.1.1\n",
            body({.servers = {}, .search = {}, .options = {}, .pasta = true, .forwarders = {}}));
}

TEST_F(FilesTest, ResolvAsksSystemdsRealServers) {
  host_file(kResolv, "nameserver 127.0.0.53\noptions edns0\nsearch .\n");
  base::make_directories("/run/systemd/resolve");
  base::write_file("/run/systemd/resolve/resolv.conf", "nameserver 192.0.2.54\nsearch lan\n");
  EXPECT_EQ("nameserver 192.0.2.54\nsearch lan\n", body({}));
  EXPECT_EQ(
      "nameserver 127.0.0.53\noptions edns0\n",
      body({.servers = {}, .search = {}, .options = {}, .host_network = true, .forwarders = {}}));
  base::remove_tree("/run/systemd");
  EXPECT_EQ("nameserver 8.8.8.8\nnameserver 8.8.4.4\noptions edns0\n", body({}));
}

TEST_F(FilesTest, ResolvTakesWhatTheUserGave) {
  host_file(kResolv, "nameserver 192.0.2.53\nsearch lan\noptions edns0\nsortlist 192.0.2.0\n");
  EXPECT_EQ("nameserver 127.0.0.1\nsearch a.example\noptions ndots:3\nsortlist 192.0.2.0\n",
            body({.servers = {"127.0.0.1"},
                  .search = {"a.example"},
                  .options = {"ndots:3"},
                  .forwarders = {}}));
  EXPECT_EQ("nameserver 192.0.2.53\noptions edns0\nsortlist 192.0.2.0\n",
            body({.servers = {}, .search = {"."}, .options = {}, .forwarders = {}}));
}

TEST_F(FilesTest, ResolvHasDockersLayout) {
  host_file(kResolv, "nameserver 192.0.2.53\n");
  EXPECT_EQ(
      "# Generated by berth.\n# This file can be edited; berth will not make further changes once "
      "it\n# has been modified.\n\n"
      "nameserver 8.8.8.8\nsearch a.example\n\n# Based on host file: '/etc/resolv.conf'\n# "
      "Overrides: [nameservers search]\n",
      resolv_file(
          {.servers = {"8.8.8.8"}, .search = {"a.example"}, .options = {}, .forwarders = {}}));
}

}  // namespace

}  // namespace network
