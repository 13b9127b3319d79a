// SPDX-License-Identifier: Apache-2.0
#include "network/link.hpp"

#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>

#include <fmt/format.h>

namespace network {

namespace {

std::string mac_text(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(byte));
  }
  return text;
}

Link read_link(std::string_view payload) {
  const auto header = header_of<ifinfomsg>(payload);
  const auto attributes = Attributes::after(payload, sizeof header);
  return {header.ifi_index,
          (header.ifi_flags & IFF_UP) != 0,
          mac_text(attributes.find(IFLA_ADDRESS).value_or("")),
          attributes.number<int>(IFLA_LINK_NETNSID)};
}

ifinfomsg up_header() {
  ifinfomsg header{};
  header.ifi_flags = IFF_UP;
  header.ifi_change = IFF_UP;
  return header;
}

/// Kernels built without a driver know no such kind of link.
void check_made(const Answer& answer, const std::string& kind, const std::string& name) {
  if (answer.error == EOPNOTSUPP) {
    base::fail(base::Kind::unsupported,
               "make the {} {}: this kernel has none (module {}); use --network none or host",
               kind,
               name,
               kind);
  }
  answer.check(fmt::format("make the {} {}", kind, name));
}

constexpr int kCreate = NLM_F_CREATE | NLM_F_EXCL;

}  // namespace

std::optional<Link> Links::find(const std::string& name) {
  std::optional<Link> link;
  Message message(RTM_GETLINK, 0, ifinfomsg{});
  message.text(IFLA_IFNAME, name).number(IFLA_EXT_MASK, std::uint32_t{RTEXT_FILTER_SKIP_STATS});
  const Answer answer = socket_.query(std::move(message), [&](int type, std::string_view payload) {
    if (type == RTM_NEWLINK) link = read_link(payload);
  });
  if (answer.error == ENODEV) return std::nullopt;
  answer.check("look for the interface " + name);
  return link;
}

bool Links::create_bridge(const std::string& name, const std::string& mac) {
  Message message(RTM_NEWLINK, kCreate, up_header());
  message.text(IFLA_IFNAME, name);
  // A MAC of its own: else the bridge takes the lowest of its ports', and changes it as they come
  // and go.
  message.bytes(IFLA_ADDRESS, parse_mac(mac).value());
  message.nest(IFLA_LINKINFO, [&] { message.text(IFLA_INFO_KIND, "bridge"); });
  const Answer answer = socket_.send(std::move(message));
  if (answer.error == EEXIST) return false;
  check_made(answer, "bridge", name);
  return true;
}

void Links::create_veth(const VethPlan& plan) {
  Message message(RTM_NEWLINK, kCreate, up_header());
  message.text(IFLA_IFNAME, plan.name);
  message.number(IFLA_MASTER, plan.bridge);
  message.nest(IFLA_LINKINFO, [&] {
    message.text(IFLA_INFO_KIND, "veth");
    message.nest(IFLA_INFO_DATA, [&] {
      message.nest(VETH_INFO_PEER, [&] {
        message.raw(ifinfomsg{});
        message.text(IFLA_IFNAME, plan.peer_name);
        message.bytes(IFLA_ADDRESS, plan.peer_mac);
        message.number(IFLA_NET_NS_FD, plan.peer_namespace);
      });
    });
  });
  check_made(socket_.send(std::move(message)), "veth", plan.name);
}

bool Links::remove(const std::string& name) {
  Message message(RTM_DELLINK, 0, ifinfomsg{});
  message.text(IFLA_IFNAME, name);
  const Answer answer = socket_.send(std::move(message));
  if (answer.error == ENODEV) return false;
  answer.check("remove the interface " + name);
  return true;
}

void Links::set_up(int index) {
  ifinfomsg header = up_header();
  header.ifi_index = index;
  socket_.send(Message(RTM_NEWLINK, 0, header)).check("set up an interface");
}

void Links::add_address(int index, Ipv4 address, int prefix) {
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = static_cast<unsigned char>(prefix);
  header.ifa_index = static_cast<unsigned>(index);
  const Subnet subnet = Subnet::parse(fmt::format("{}/{}", address.text(), prefix)).value();
  Message message(RTM_NEWADDR, kCreate, header);
  message.number(IFA_LOCAL, address.network());
  message.number(IFA_ADDRESS, address.network());
  message.number(IFA_BROADCAST, subnet.broadcast().network());
  const Answer answer = socket_.send(std::move(message));
  if (answer.error != EEXIST) answer.check("add the address " + address.text());
}

std::vector<Route> Links::routes() {
  std::vector<Route> routes;
  rtmsg header{};
  header.rtm_family = AF_INET;
  const Answer answer =
      socket_.dump(Message(RTM_GETROUTE, 0, header), [&](int, std::string_view payload) {
        const auto route = header_of<rtmsg>(payload);
        const auto attributes = Attributes::after(payload, sizeof route);
        const auto target = attributes.number<std::uint32_t>(RTA_DST);
        routes.push_back({{Ipv4::from_network(target.value_or(0)), route.rtm_dst_len},
                          attributes.number<int>(RTA_OIF).value_or(0)});
      });
  answer.check("list the routes");
  return routes;
}

std::optional<std::pair<Ipv4, int>> Links::find_address(int index) {
  std::optional<std::pair<Ipv4, int>> found;
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_index = static_cast<unsigned>(index);
  const Answer answer =
      socket_.dump(Message(RTM_GETADDR, 0, header), [&](int, std::string_view payload) {
        const auto address = header_of<ifaddrmsg>(payload);
        const auto local =
            Attributes::after(payload, sizeof address).number<std::uint32_t>(IFA_LOCAL);
        const bool fits = local && static_cast<int>(address.ifa_index) == index;
        if (fits && !found) found = {Ipv4::from_network(*local), address.ifa_prefixlen};
      });
  answer.check("list the addresses");
  return found;
}

std::optional<Ipv4> Links::find_default_gateway() {
  std::optional<Ipv4> found;
  rtmsg header{};
  header.rtm_family = AF_INET;
  const Answer answer =
      socket_.dump(Message(RTM_GETROUTE, 0, header), [&](int, std::string_view payload) {
        const auto route = header_of<rtmsg>(payload);
        const auto gateway =
            Attributes::after(payload, sizeof route).number<std::uint32_t>(RTA_GATEWAY);
        if (route.rtm_dst_len == 0 && gateway && !found) found = Ipv4::from_network(*gateway);
      });
  answer.check("list the routes");
  return found;
}

void Links::set_hairpin(const std::string& port) {
  Message message(RTM_NEWLINK, 0, ifinfomsg{});
  message.text(IFLA_IFNAME, port);
  message.nest(IFLA_LINKINFO, [&] {
    message.text(IFLA_INFO_SLAVE_KIND, "bridge");
    message.nest(IFLA_INFO_SLAVE_DATA, [&] { message.number(IFLA_BRPORT_MODE, std::uint8_t{1}); });
  });
  socket_.send(std::move(message)).check("set hairpin mode of " + port);
}

std::optional<int> Links::find_namespace_number(int namespace_fd) {
  std::optional<int> found;
  Message message(RTM_GETNSID, 0, rtgenmsg{});
  message.number(NETNSA_FD, namespace_fd);
  socket_.query(std::move(message), [&](int, std::string_view payload) {
    const auto number = Attributes::after(payload, sizeof(rtgenmsg)).number<int>(NETNSA_NSID);
    if (number && *number >= 0) found = number;
  });
  return found;
}

bool Links::is_namespace_alive(int number) {
  Message message(RTM_GETNSID, 0, rtgenmsg{});
  message.number(NETNSA_NSID, number);
  // The kernel takes a reference to answer, which it refuses once the last one is gone.
  return socket_.query(std::move(message), [](int, std::string_view) {}).ok();
}

}  // namespace network
