// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.hpp"
#include "container/mount_options.hpp"
#include "errors.hpp"
#include "options/parse.hpp"

namespace cli {

namespace {

/// r, w and m, each at most once, at least one.
bool is_mode(const std::string& text) {
  std::string seen;
  for (const char c : text) {
    if (std::string_view("rwm").find(c) == std::string_view::npos ||
        seen.find(c) != std::string::npos)
      return false;
    seen += c;
  }
  return !text.empty();
}

std::optional<std::int64_t> parse_device_number(const std::string& text) {
  if (text == "*") return -1;
  const auto number = base::parse_number<std::int64_t>(text);
  return number && *number >= 0 ? number : std::nullopt;
}

}  // namespace

bool is_cdi_name(const std::string& text) {
  const auto slash = text.find('/'), equals = text.find('=');
  return slash != std::string::npos && slash > 0 && equals != std::string::npos && equals > slash;
}

container::Device parse_device(const std::string& text) {
  if (is_cdi_name(text)) {
    base::fail(base::Kind::unsupported, "CDI devices are not supported yet: {}", text);
  }
  const auto parts = base::split(text, ':');
  if (parts.size() > 3 || parts[0].empty()) client_fail("bad format for path: {}", text);
  container::Device device{parts[0], parts[0]};
  if (parts.size() == 2 && is_mode(parts[1])) {
    device.permissions = parts[1];
  } else if (parts.size() >= 2) {
    device.container = parts[1];
  }
  if (parts.size() == 3) {
    if (!is_mode(parts[2])) client_fail("bad mode specified: {}", parts[2]);
    device.permissions = parts[2];
  }
  if (!device.container.starts_with('/'))
    client_fail("{} is not an absolute path", device.container);
  device.container = container::clean_path(device.container);
  return device;
}

void check_podman_device_rule(const std::string& text) {
  const auto words = base::split(text, ' ');
  if (words.size() != 3) {
    client_fail("invalid device cgroup rule requires type, major:Minor, and access rules: \"{}\"",
                text);
  }
  if (words[0].size() != 1 || std::string("acb").find(words[0]) == std::string::npos)
    client_fail("invalid device type in device-access-add: {}", words[0]);
  for (const auto& number : base::split(words[1], ':')) {
    if (!parse_device_number(number))
      client_fail("strconv.ParseUint: parsing \"{}\": invalid syntax", number);
  }
  const auto bad = words[2].find_first_not_of("rwm");
  if (bad != std::string::npos)
    client_fail("invalid device access in device-access-add: {}", words[2][bad]);
}

container::DeviceRule parse_device_rule(const std::string& text) {
  const auto words = base::split(text, ' ');
  const auto refuse = [&] {
    base::fail(base::Kind::usage, "invalid device cgroup format '{}'", text);
  };
  if (words.size() != 3 || words[0].size() != 1 ||
      std::string("acb").find(words[0]) == std::string::npos)
    refuse();
  const auto [major, minor] = base::split_pair(words[1], ':');
  const auto first = parse_device_number(major), second = parse_device_number(minor.value_or(""));
  const std::string& access = words[2];
  const bool valid =
      !access.empty() && access.size() <= 3 && access.find_first_not_of("rwm") == std::string::npos;
  if (!first || !second || !valid) refuse();
  return {words[0], *first, *second, access};
}

}  // namespace cli
