// SPDX-License-Identifier: Apache-2.0
// The texts of --publish and --expose, with Docker's error sentences.
#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "network/ipv4.hpp"
#include "network/network.hpp"

namespace network {

namespace {

using base::Kind;

struct Range {
  int first = 0, last = 0;

  int size() const { return last - first + 1; }
};

/// A failure as a sentence: expose tells it, publish only where it was.
struct ParsedRange {
  Range range;
  std::string error;
};

/// Empty error when the text is a port; Go's number errors otherwise.
std::string parse_port(std::string_view text, int& port) {
  if (text.empty()) return "value is empty";
  const auto number =
      base::parse_number<std::int64_t>(text.starts_with('+') ? text.substr(1) : text);
  if (!number) return "invalid syntax";
  if (*number < 0 || *number > 65535) return "value out of range (0–65535)";
  port = static_cast<int>(*number);
  return {};
}

ParsedRange parse_range(const std::string& text) {
  ParsedRange parsed;
  const auto [first, last] = base::split_pair(text, '-');
  if (const auto error = parse_port(first, parsed.range.first); !error.empty()) {
    parsed.error = fmt::format("invalid start port '{}': {}", first, error);
  } else if (!last) {
    parsed.range.last = parsed.range.first;
  } else if (const auto why = parse_port(*last, parsed.range.last); !why.empty()) {
    parsed.error = fmt::format("invalid end port '{}': {}", *last, why);
  } else if (parsed.range.last < parsed.range.first) {
    parsed.error = "invalid port range: " + text;
  }
  return parsed;
}

struct PortText {
  std::string port, protocol;
};

PortText split_protocol(const std::string& text) {
  auto [port, protocol] = base::split_pair(text, '/');
  if (port.empty()) return {};
  if (!protocol || protocol->empty()) protocol = "tcp";
  return {port, base::lower(*protocol)};
}

void check_protocol(const std::string& protocol) {
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") {
    base::fail(Kind::usage, "invalid proto: {}", protocol);
  }
}

/// "published=8080,target=80,protocol=tcp" in the short form.
std::string short_form(const std::string& text) {
  if (text.find('=') == std::string::npos) return text;
  std::map<std::string, std::string> values = {{"protocol", "tcp"}};
  for (const auto& part : base::split(text, ',')) {
    const auto [key, value] = base::split_pair(part, '=');
    if (!value || key.empty()) {
      base::fail(
          Kind::usage, "invalid publish opts format (should be name=value but got '{}')", part);
    }
    values[key] = *value;
  }
  return values["published"] + ":" + values["target"] + "/" + values["protocol"];
}

/// The address without its brackets; checked.
std::string parse_host_ip(std::string ip) {
  if (ip.starts_with('[')) {
    if (!ip.ends_with(']'))
      base::fail(Kind::usage, "invalid IP address {}: missing ']' in address", ip);
    ip = ip.substr(1, ip.size() - 2);
  }
  if (!ip.empty() && !Ipv4::parse(ip) && !is_ipv6(ip))
    base::fail(Kind::usage, "invalid IP address: {}", ip);
  return ip;
}

struct Parts {
  std::string ip, host, container;
};

/// Split at the last two colons: what is in front is an address, which may have colons itself.
Parts split_parts(const std::string& text) {
  const auto last = text.rfind(':');
  if (last == std::string::npos) return {"", "", text};
  const std::string front = text.substr(0, last), container = text.substr(last + 1);
  const auto before = front.rfind(':');
  if (before == std::string::npos) return {"", front, container};
  return {front.substr(0, before), front.substr(before + 1), container};
}

}  // namespace

std::vector<PortMapping> parse_publish(const std::string& given) {
  const std::string text = short_form(given);
  const Parts parts = split_parts(text);
  const PortText container = split_protocol(parts.container);
  if (container.port.empty()) base::fail(Kind::usage, "no port specified: {}<empty>", text);
  check_protocol(container.protocol);
  const std::string ip = parse_host_ip(parts.ip);
  const auto inside = parse_range(container.port);
  if (!inside.error.empty()) base::fail(Kind::usage, "invalid containerPort: {}", container.port);
  Range outside;
  if (!parts.host.empty()) {
    const auto parsed = parse_range(parts.host);
    if (!parsed.error.empty()) base::fail(Kind::usage, "invalid hostPort: {}", parts.host);
    outside = parsed.range;
    if (outside.size() != inside.range.size() && inside.range.size() > 1) {
      base::fail(Kind::usage,
                 "invalid ranges specified for container and host Ports: {} and {}",
                 container.port,
                 parts.host);
    }
  }
  std::vector<PortMapping> ports;
  for (int i = 0; i < inside.range.size(); ++i) {
    PortMapping port{
        .host_ip = ip,
        .host_port = static_cast<std::uint16_t>(parts.host.empty() ? 0 : outside.first + i),
        .container_port = static_cast<std::uint16_t>(inside.range.first + i),
        .protocol = container.protocol};
    // A range of the host for one port: the first free one of it is taken.
    if (inside.range.size() == 1 && outside.size() > 1)
      port.host_port_end = static_cast<std::uint16_t>(outside.last);
    ports.push_back(std::move(port));
  }
  return ports;
}

std::vector<PortMapping> parse_expose(const std::string& text) {
  if (text.find(':') != std::string::npos) {
    base::fail(Kind::usage, "invalid port format for --expose: {}", text);
  }
  const PortText port = split_protocol(text);
  const auto parsed = parse_range(port.port);
  if (!parsed.error.empty())
    base::fail(Kind::usage, "invalid range format for --expose: {}", parsed.error);
  check_protocol(port.protocol);
  std::vector<PortMapping> ports;
  for (int i = parsed.range.first; i <= parsed.range.last; ++i) {
    ports.emplace_back();
    ports.back().container_port = static_cast<std::uint16_t>(i);
    ports.back().protocol = port.protocol;
  }
  return ports;
}

}  // namespace network
