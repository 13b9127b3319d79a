// SPDX-License-Identifier: Apache-2.0
// IPv4 addresses and subnets as numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace network {

struct Ipv4 {
  std::uint32_t value = 0;  ///< in the host's byte order

  /// Nothing when the text is no dotted address ("1.2.3.4", no leading zeros).
  static std::optional<Ipv4> parse(std::string_view text);
  static Ipv4 from_network(std::uint32_t big_endian);

  /// As it stands in packets and messages.
  std::uint32_t network() const;
  std::string text() const;

  bool is_loopback() const { return value >> 24 == 127; }

  bool operator==(const Ipv4&) const = default;
};

struct Subnet {
  Ipv4 base;
  int prefix = 0;

  static std::optional<Subnet> parse(std::string_view text);

  std::uint32_t mask() const { return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix); }

  bool contains(Ipv4 address) const { return (address.value & mask()) == base.value; }

  bool overlaps(const Subnet& other) const;

  Ipv4 broadcast() const { return {base.value | ~mask()}; }

  /// The host's own address in it: the first one.
  Ipv4 gateway() const { return {base.value + 1}; }

  std::string text() const { return base.text() + "/" + std::to_string(prefix); }

  bool operator==(const Subnet&) const = default;
};

/// "02:42:…" with the address in the last four bytes, as Docker did: the same address always has
/// the same one, so that no neighbour's cache is stale.
std::string mac_of(Ipv4 address);

/// The six bytes of "02:42:0a:01:02:03"; nothing when it is none or a multicast one.
std::optional<std::string> parse_mac(std::string_view text);

/// True for a text that is an IPv6 address.
bool is_ipv6(const std::string& text);

}  // namespace network
