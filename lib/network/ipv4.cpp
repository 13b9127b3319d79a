// SPDX-License-Identifier: Apache-2.0
#include "network/ipv4.hpp"

#include <arpa/inet.h>

#include <fmt/format.h>

#include "base/text.hpp"

namespace network {

std::optional<Ipv4> Ipv4::parse(std::string_view text) {
  in_addr address{};
  if (::inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return from_network(address.s_addr);
}

Ipv4 Ipv4::from_network(std::uint32_t big_endian) {
  return {ntohl(big_endian)};
}

std::uint32_t Ipv4::network() const {
  return htonl(value);
}

std::string Ipv4::text() const {
  return fmt::format("{}.{}.{}.{}", value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255);
}

std::optional<Subnet> Subnet::parse(std::string_view text) {
  const auto [address, prefix] = base::split_pair(text, '/');
  const auto base = Ipv4::parse(address);
  const auto bits = prefix ? base::parse_number<int>(*prefix) : std::nullopt;
  if (!base || !bits || *bits < 0 || *bits > 32) return std::nullopt;
  Subnet subnet{*base, *bits};
  subnet.base.value &= subnet.mask();
  return subnet;
}

bool Subnet::overlaps(const Subnet& other) const {
  return prefix <= other.prefix ? contains(other.base) : other.contains(base);
}

std::string mac_of(Ipv4 address) {
  const std::uint32_t v = address.value;
  return fmt::format(
      "02:42:{:02x}:{:02x}:{:02x}:{:02x}", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
}

std::optional<std::string> parse_mac(std::string_view text) {
  std::string bytes;
  for (const auto& part : base::split(text, text.find('-') == std::string_view::npos ? ':' : '-')) {
    const auto byte = base::parse_number<std::uint8_t>(part, 16);
    if (part.size() != 2 || !byte) return std::nullopt;
    bytes += static_cast<char>(*byte);
  }
  if (bytes.size() != 6 || (bytes[0] & 1) || bytes == std::string(6, '\0')) return std::nullopt;
  return bytes;
}

bool is_ipv6(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

}  // namespace network
