// SPDX-License-Identifier: Apache-2.0
// A host of its own for each test: a fresh network and mount namespace, with an outside world
// behind a second one. The machine's own network is never touched.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/socket.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "network/bridge.hpp"
#include "network/interface.hpp"
#include "network/link.hpp"
#include "network/namespace.hpp"
#include "network/network.hpp"

namespace network {

inline constexpr int kPatience = 5000;  // milliseconds: what should happen happens at once
inline constexpr int kShort = 300;      // how long something that should not happen is given

inline sockaddr_in socket_address(const std::string& ip, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  return address;
}

inline bool is_readable(int fd, int milliseconds) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, milliseconds) == 1;
}

/// A server's socket in a namespace; it stays there, wherever the test goes.
class Server {
 public:
  Server(int namespace_fd, int port, int type = SOCK_STREAM, const std::string& ip = "0.0.0.0") {
    inside_namespace(namespace_fd, [&] {
      socket_ = base::make_socket(AF_INET, type, 0);
      const sockaddr_in address = socket_address(ip, port);
      EXPECT_EQ(0,
                ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address))
          << port;
      if (type == SOCK_STREAM) {
        EXPECT_EQ(0, ::listen(socket_.get(), 16));
      }
    });
  }

  /// The address that a client came from; empty when none came.
  std::string accept(int milliseconds = kPatience) {
    if (!is_readable(socket_.get(), milliseconds)) return {};
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    const base::UniqueFd connection(
        ::accept(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size));
    return Ipv4::from_network(peer.sin_addr.s_addr).text();
  }

  /// Receives a datagram and answers it; false when none came.
  bool answer(int milliseconds = kPatience) {
    if (!is_readable(socket_.get(), milliseconds)) return false;
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    char buffer[16];
    const auto n = ::recvfrom(
        socket_.get(), buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&peer), &size);
    return ::sendto(socket_.get(),
                    buffer,
                    static_cast<std::size_t>(n),
                    0,
                    reinterpret_cast<sockaddr*>(&peer),
                    size) == n;
  }

  int fd() const { return socket_.get(); }

 private:
  base::UniqueFd socket_;
};

inline constexpr int kHere = -1;  // the namespace that the test (or its child) is in

/// A client's socket of a namespace.
inline base::UniqueFd socket_in(int namespace_fd, int type) {
  if (namespace_fd == kHere) return base::make_socket(AF_INET, type, 0);
  base::UniqueFd fd;
  inside_namespace(namespace_fd, [&] { fd = base::make_socket(AF_INET, type, 0); });
  return fd;
}

/// Whether a TCP connection from a namespace comes about.
inline bool connects(int namespace_fd,
                     const std::string& ip,
                     int port,
                     int milliseconds = kPatience) {
  const base::UniqueFd fd = socket_in(namespace_fd, SOCK_STREAM | SOCK_NONBLOCK);
  const sockaddr_in address = socket_address(ip, port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return true;
  if (errno != EINPROGRESS) return false;
  pollfd entry{fd.get(), POLLOUT, 0};
  if (::poll(&entry, 1, milliseconds) != 1) return false;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0;
}

class Sandbox : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to make network namespaces";
    home_ = current_namespace();
    if (::unshare(CLONE_NEWNET) < 0) GTEST_SKIP() << "may not make network namespaces here";
    host_ = current_namespace();
    Links().set_up(1);
    directory_ = std::make_unique<base::TempDir>("/tmp", "berth-network");
    paths_ = std::make_unique<storage::Paths>(directory_->path() + "/graph",
                                              directory_->path() + "/run");
  }

  void TearDown() override {
    if (home_) {
      ASSERT_EQ(0, ::setns(home_.get(), CLONE_NEWNET));
    }
  }

  void need_nft() {
    if (!base::find_program("nft")) GTEST_SKIP() << "needs the program nft";
  }

  int host() const { return host_.get(); }

  const std::string& directory() const { return directory_->path(); }

  const storage::Paths& paths() const { return *paths_; }

  /// A neighbour of the host: host 203.0.113.1, neighbour 203.0.113.2, with no route to containers.
  base::UniqueFd make_outside() {
    base::UniqueFd outside = make_namespace();
    Links links;
    links.create_veth({.name = "outside",
                       .bridge = 0,
                       .peer_namespace = outside.get(),
                       .peer_name = "eth0",
                       .peer_mac = parse_mac("02:00:00:00:00:02").value()});
    links.add_address(links.find("outside")->index, *Ipv4::parse("203.0.113.1"), 24);
    inside_namespace(outside.get(), [] {
      Interface theirs("eth0");
      theirs.set_address(*Ipv4::parse("203.0.113.2"), *Subnet::parse("203.0.113.0/24"));
      theirs.set_up();
    });
    return outside;
  }

  static ConnectRequest request(const std::string& id,
                                const std::vector<std::string>& publish = {}) {
    ConnectRequest wanted;
    wanted.container_id = id;
    for (const auto& text : publish) {
      for (const auto& port : parse_publish(text)) wanted.ports.push_back(port);
    }
    return wanted;
  }

  /// The kernel's and the store's state as a text to compare.
  std::string everything() const {
    std::string text = base::run_captured({.argv = {"nft", "list", "ruleset"}}).out;
    return text + interfaces() + files();
  }

  /// Names of the interfaces, a line each. Not from /sys: that shows the network it was mounted in.
  static std::string interfaces() {
    std::string names;
    for (const auto& line : base::split(base::read_file("/proc/thread-self/net/dev"), '\n')) {
      const auto [name, counters] = base::split_pair(base::trim(line), ':');
      if (counters) names += name + "\n";
    }
    return names;
  }

  std::string files() const {
    std::vector<std::string> names;
    for (const char* folder : {"", "/addresses", "/ports", "/pasta"}) {
      for (const auto& name : base::list_directory(paths().network() + folder))
        names.push_back(folder + ("/" + name));
    }
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names) text += name + "\n";
    return text;
  }

  std::string ruleset() const {
    return base::run_captured({.argv = {"nft", "list", "ruleset"}}).out;
  }

 private:
  base::UniqueFd home_, host_;
  std::unique_ptr<base::TempDir> directory_;
  std::unique_ptr<storage::Paths> paths_;
};

}  // namespace network
