// SPDX-License-Identifier: Apache-2.0
// Values of flags, with docker's sentences (kind usage).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "container/options.hpp"

namespace cli {

/// "64m"; "invalid size: 'abc'", "invalid suffix: 'x'".
std::int64_t parse_size(const std::string& text);

/// The same, but -1 stands for no limit.
std::int64_t parse_swap(const std::string& text);

/// A size as docker's log drivers take it: "10m" is ten million bytes (go-units FromHumanSize).
std::int64_t parse_decimal_size(const std::string& text);

/// A decimal number; "strconv.ParseInt: parsing "x": invalid syntax".
std::int64_t parse_integer(const std::string& text);

/// As Go's ParseBool takes it: 1, t, T, true, True, TRUE and their opposites. Nothing when it is none.
std::optional<bool> parse_bool(std::string_view text);

/// "1.5", ".5", "1/2", "1e-1" CPUs in billionths; "failed to parse abc as a rational number".
std::int64_t parse_cpus(const std::string& text);

/// "nofile=64:128".
container::Ulimit parse_ulimit(const std::string& text);

/// "c 42:* rmw".
container::DeviceRule parse_device_rule(const std::string& text);

/// "vendor.com/class=name": a device by the Container Device Interface.
bool is_cdi_name(const std::string& text);

/// Podman's words for what is none. Throws ClientError.
void check_podman_device_rule(const std::string& text);

/// "/dev/x[:/dev/y][:rwm]". Throws ClientError; kind unsupported for a CDI name.
container::Device parse_device(const std::string& text);

/// One line of comma-separated values, quoted as in RFC 4180, with the errors of Go's reader.
std::vector<std::string> parse_csv(const std::string& text);

/// An IP address in its canonical form; nothing when it is none.
std::optional<std::string> parse_address(const std::string& text);

/// "name=ip" or "name:ip" to "name:ip".
std::string parse_extra_host(const std::string& text);

/// A domain to search, or ".".
std::string parse_search_domain(const std::string& text);

/// "02:42:ac:11:00:02" in lower case with colons; nothing when it is none.
std::optional<std::string> parse_mac(const std::string& text);

}  // namespace cli
