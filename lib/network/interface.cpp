// SPDX-License-Identifier: Apache-2.0
#include "network/interface.hpp"

#include <cstring>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/error.hpp"
#include "base/socket.hpp"

namespace network {

namespace {

sockaddr socket_address(Ipv4 address) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = address.network();
  sockaddr generic{};
  std::memcpy(&generic, &in, sizeof generic);
  return generic;
}

ifreq request_for(const std::string& name) {
  ifreq request{};
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  return request;
}

}  // namespace

Interface::Interface(std::string name)
    : name_(std::move(name)), socket_(base::make_socket(AF_INET, SOCK_DGRAM, 0)) {}

template <typename Request>
void Interface::control(unsigned long action, Request& request, const char* what) {
  if (::ioctl(socket_.get(), action, &request) < 0) base::sys_fail("{} of {}", what, name_);
}

void Interface::set_address(Ipv4 address, const Subnet& subnet) {
  ifreq request = request_for(name_);
  request.ifr_addr = socket_address(address);
  control(SIOCSIFADDR, request, "set the address");
  // The kernel guessed both from the address's class.
  request.ifr_netmask = socket_address({subnet.mask()});
  control(SIOCSIFNETMASK, request, "set the netmask");
  request.ifr_broadaddr = socket_address(subnet.broadcast());
  control(SIOCSIFBRDADDR, request, "set the broadcast address");
}

void Interface::set_up() {
  ifreq request = request_for(name_);
  control(SIOCGIFFLAGS, request, "get the flags");
  request.ifr_flags |= IFF_UP;
  control(SIOCSIFFLAGS, request, "set the flags");
}

void Interface::add_default_route(Ipv4 gateway) {
  rtentry route{};
  route.rt_dst = socket_address({});
  route.rt_genmask = socket_address({});
  route.rt_gateway = socket_address(gateway);
  route.rt_flags = RTF_UP | RTF_GATEWAY;
  control(SIOCADDRT, route, "set the default route");
}

}  // namespace network
