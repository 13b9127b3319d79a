// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <arpa/inet.h>

#include "base/text.hpp"
#include "options/parse.hpp"

namespace cli {

namespace {

using base::fail;
using base::Kind;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Letters, digits and hyphens, which do not stand at either end.
bool is_label(const std::string& label) {
  return !label.empty() && is_letter_or_digit(label.front()) && is_letter_or_digit(label.back()) &&
         std::all_of(
             label.begin(), label.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

std::optional<std::string> parse_address(const std::string& text) {
  const std::string trimmed(base::trim(text));
  unsigned char bytes[16];
  char canonical[INET6_ADDRSTRLEN];
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, trimmed.c_str(), bytes) == 1) {
      return ::inet_ntop(family, bytes, canonical, sizeof canonical);
    }
  }
  return std::nullopt;
}

std::string parse_extra_host(const std::string& text) {
  auto [name, address] = base::split_pair(text, '=');
  if (!address) std::tie(name, address) = base::split_pair(text, ':');
  if (!address || name.empty() || name.find(':') != std::string::npos) {
    fail(Kind::usage, "bad format for add-host: \"{}\"", text);
  }
  if (*address == "host-gateway") return name + ":" + *address;
  if (address->size() > 2 && address->front() == '[' && address->back() == ']') {
    address = address->substr(1, address->size() - 2);
  }
  if (!parse_address(*address))
    fail(Kind::usage, "invalid IP address in add-host: \"{}\"", *address);
  return name + ":" + *address;
}

std::string parse_search_domain(const std::string& text) {
  std::string domain(base::trim(text));
  if (domain == ".") return domain;
  const bool has_letter = std::any_of(domain.begin(), domain.end(), [](char c) {
    return is_letter_or_digit(c) && !(c >= '0' && c <= '9');
  });
  if (domain.ends_with('.')) domain.pop_back();
  const auto labels = base::split(domain, '.');
  if (!has_letter || domain.size() >= 255 || !std::all_of(labels.begin(), labels.end(), is_label)) {
    fail(Kind::usage, "{} is not a valid domain", base::trim(text, " "));
  }
  return domain;
}

std::optional<std::string> parse_mac(const std::string& text) {
  std::string mac = base::lower(base::trim(text));
  std::replace(mac.begin(), mac.end(), '-', ':');
  const auto bytes = base::split(mac, ':');
  const bool valid =
      bytes.size() == 6 && std::all_of(bytes.begin(), bytes.end(), [](const std::string& byte) {
        return byte.size() == 2 && byte.find_first_not_of("0123456789abcdef") == std::string::npos;
      });
  return valid ? std::optional(mac) : std::nullopt;
}

}  // namespace cli
