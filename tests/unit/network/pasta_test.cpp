// SPDX-License-Identifier: Apache-2.0
// pasta, run by a child in a user namespace of its own: the way rootless commands run it.
#include "network/pasta.hpp"

#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "sandbox.hpp"

namespace network {

namespace {

class PastaTest : public Sandbox {
 protected:
  void SetUp() override {
    Sandbox::SetUp();
    if (IsSkipped()) return;
    if (!base::find_program("pasta")) GTEST_SKIP() << "needs the program pasta (package passt)";
    if (!base::exists("/dev/net/tun")) GTEST_SKIP() << "needs /dev/net/tun";
    // pasta copies the address of the interface with the default route.
    outside_ = make_outside();
    Interface("outside").add_default_route(*Ipv4::parse("203.0.113.2"));
  }

  /// Runs in a child that is root of a new user namespace, in the test's network. `act` says what is wrong.
  void in_user_namespace(const std::function<std::string()>& act) {
    base::Pipe mapped = base::make_pipe(), ready = base::make_pipe(), result = base::make_pipe();
    const pid_t pid = ::fork();
    if (pid == 0) {
      std::string wrong;
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      mapped.write.reset();
      if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) ::_exit(77);
      base::write_full(ready.write.get(), "x");
      char byte = 0;
      base::read_full(mapped.read.get(), &byte, 1);
      try {
        wrong = act();
      } catch (const std::exception& e) {
        wrong = e.what();
      }
      base::write_full(result.write.get(), wrong);
      ::_exit(0);
    }
    char byte = 0;
    ready.write.reset();
    mapped.read.reset();
    result.write.reset();
    if (base::read_full(ready.read.get(), &byte, 1) == 1) {
      const std::string process = "/proc/" + std::to_string(pid);
      put(process + "/uid_map", "0 0 1");
      put(process + "/setgroups", "deny");
      put(process + "/gid_map", "0 0 1");
      base::write_full(mapped.write.get(), "x");
    }
    EXPECT_EQ("", base::read_rest(result.read.get()));
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "may not make user namespaces here";
  }

  static void put(const std::string& file, const std::string& text) {
    base::write_full(base::open_file(file, O_WRONLY).get(), text);
  }

  base::UniqueFd outside_;
};

TEST(PastaPorts, AreWordsOfItsOptions) {
  const auto ports = parse_publish("127.0.0.1:8080:80");
  EXPECT_EQ(std::vector<std::string>{"127.0.0.1/8080:80"}, pasta_ports(ports, "tcp"));
  EXPECT_EQ(std::vector<std::string>{"none"}, pasta_ports(ports, "udp"));
  EXPECT_EQ(std::vector<std::string>{"8080:80"}, pasta_ports(parse_publish("8080:80"), "tcp"));
}

TEST_F(PastaTest, RefusesATakenPortAndSctp) {
  Server busy(host(), 18080);
  in_user_namespace([&]() -> std::string {
    const base::UniqueFd net = make_namespace();
    try {
      connect_pasta(paths(), request("a", {"18080:80"}), net.get());
      return "no failure";
    } catch (const base::Error& e) {
      if (e.message() != "Bind for 0.0.0.0:18080 failed: port is already allocated")
        return e.message();
    }
    try {
      connect_pasta(paths(), request("a", {"18081:80/sctp"}), net.get());
      return "no failure";
    } catch (const base::Error& e) {
      return e.kind() == base::Kind::unsupported ? "" : e.message();
    }
  });
}

TEST_F(PastaTest, CarriesConnectionsBothWaysAndEndsAtDisconnect) {
  Server there(outside_.get(), 80);
  in_user_namespace([&]() -> std::string {
    const base::UniqueFd net = make_namespace();
    const auto endpoint = connect_pasta(
        paths(), request("a", {"127.0.0.1:18080:80", "18082-18083:82", "81"}), net.get());
    if (endpoint.address != "203.0.113.1" || endpoint.gateway != "203.0.113.2" ||
        endpoint.mac.empty()) {
      return "address " + endpoint.address + " gateway " + endpoint.gateway;
    }
    if (!endpoint.helper.is_alive()) return "no process";
    Server server(net.get(), 80);
    if (!connects(kHere, "127.0.0.1", 18080)) return "the published port is not reached";
    if (server.accept().empty()) return "the connection does not arrive";
    if (!connects(net.get(), "203.0.113.2", 80)) return "the outside is not reached";
    if (connects(net.get(), "203.0.113.2", 22, kShort)) return "a closed port answers";
    if (endpoint.ports.at(1).host_port != 18082 || endpoint.ports.at(2).host_port == 0)
      return "ports not chosen";
    disconnect_pasta(paths(), "a", endpoint);
    disconnect_pasta(paths(), "a", endpoint);
    if (endpoint.helper.is_alive()) return "pasta is still there";
    return files() == "/pasta\n/pasta-version\n" ? "" : files();
  });
  if (IsSkipped()) return;
  EXPECT_EQ("203.0.113.1", there.accept());
}

TEST_F(PastaTest, SweepEndsWhatAKilledCommandLeft) {
  in_user_namespace([&]() -> std::string {
    const pid_t pid = ::fork();
    if (pid == 0) {
      try {
        const base::UniqueFd net = make_namespace();
        connect_pasta(paths(), request("dead"), net.get());
        ::_exit(0);
      } catch (const std::exception&) {
        ::_exit(1);
      }
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (status != 0) return "connect failed";
    const auto process = base::PidRef::of(*base::parse_number<pid_t>(
        base::trim(base::read_file(paths().network() + "/pasta/dead.pid"))));
    // As if it had been killed before pasta wrote its pid.
    base::remove_file(paths().network() + "/pasta/dead.pid");
    if (!sweep_pasta(paths(), [](const std::string&) { return true; }).empty())
      return "took from the living";
    if (sweep_pasta(paths(), [](const std::string&) { return false; }).size() != 1)
      return "nothing swept";
    return process->is_alive() ? "pasta is still there" : "";
  });
}

TEST_F(PastaTest, AsksAResolverOnTheHostsLoopback) {
  ASSERT_EQ(0, ::unshare(CLONE_NEWNS));
  ASSERT_EQ(0, ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
  const std::string resolv = directory() + "/resolv.conf";
  base::write_file(resolv, "nameserver 127.0.0.1\n");
  ASSERT_EQ(0, ::mount(resolv.c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr));
  Server resolver(host(), 53, SOCK_DGRAM, "127.0.0.1");
  in_user_namespace([&]() -> std::string {
    const base::UniqueFd net = make_namespace();
    const auto endpoint = connect_pasta(paths(), request("a"), net.get());
    const base::UniqueFd client = socket_in(net.get(), SOCK_DGRAM);
    const sockaddr_in address = socket_address(kPastaDns, 53);
    ::sendto(client.get(),
             "question",
             8,
             0,
             reinterpret_cast<const sockaddr*>(&address),
             sizeof address);
    const bool asked = resolver.answer();
    const bool answered = is_readable(client.get(), kPatience);
    disconnect_pasta(paths(), "a", endpoint);
    return asked && answered ? "" : asked ? "not answered" : "not asked";
  });
  ::umount2("/etc/resolv.conf", MNT_DETACH);
}

}  // namespace

}  // namespace network
