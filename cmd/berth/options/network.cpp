// SPDX-License-Identifier: Apache-2.0
// --network, -p, --expose, --dns, --add-host and their kin
#include <arpa/inet.h>

#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"

namespace cli {

namespace {

using base::fail;
using base::Kind;

std::string parse_ipv4(const std::string& text) {
  in_addr address;
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1)
    fail(Kind::usage, "failed to parse IP: \"{}\"", text);
  return text;
}

/// "name=bridge,ip=…": docker's long form.
void apply_long_form(const std::string& text, CreateFlags& flags) {
  std::string name;
  for (const auto& part : parse_csv(text)) {
    const auto [key, value] = base::split_pair(base::lower(part), '=');
    if (!value || key.empty()) fail(Kind::usage, "invalid field {}", part);
    const std::string word(base::trim(key)), given(base::trim(*value));
    if (word == "name") {
      name = given;
    } else if (word == "ip") {
      flags.options.address = parse_ipv4(given);
    } else if (word == "mac-address") {
      flags.mac = given;
    } else if (word == "alias") {
      flags.network_aliases.push_back(given);
    } else if (word == "ip6" || word == "link-local-ip" || word == "driver-opt" ||
               word == "gw-priority") {
      fail(Kind::unsupported, "network option {} is not supported yet", word);
    } else {
      fail(Kind::usage, "invalid field key {}", word);
    }
  }
  if (name.empty()) fail(Kind::usage, "network name/id is not specified");
  flags.networks.push_back(name);
}

void read_network(const std::string& text, CreateFlags& flags) {
  if (text.find('=') != std::string::npos && !text.starts_with("ns:"))
    return apply_long_form(text, flags);
  flags.networks.push_back(text);
}

constexpr std::string_view kPasta = "pasta:";

std::string network_of(const CreateFlags& flags) {
  if (flags.networks.empty()) return "default";
  const std::string& name = flags.networks.front();
  if (base::trim(name).empty()) client_fail("no name set for network");
  if (name.starts_with("slirp4netns")) fail(Kind::unsupported, "network {} is not supported", name);
  for (std::size_t n = 1; n < flags.networks.size(); ++n) {
    if (flags.networks[n] == name) client_fail("network \"{}\" is specified multiple times", name);
    client_fail("conflicting options: a container can be connected to one network only, for now");
  }
  if (name.starts_with(kPasta)) return "pasta";
  // What podman calls its own bridge.
  if (flags.podman && name == "podman") return "bridge";
  return name == "private" ? "default" : name;
}

/// The words of "pasta:-a,192.0.2.1" behind those of containers.conf, for a network that is pasta's.
void add_pasta_options(const CreateFlags& flags, container::CreateOptions& options) {
  const std::string name = flags.networks.empty() ? "" : flags.networks.front();
  const bool given = name.starts_with(kPasta);
  if (given && !base::is_rootless())
    client_fail("pasta networking is only supported for rootless mode");
  if (!base::is_rootless()) return;
  const auto& mode = options.namespaces.network;
  if (mode == "default" || mode == "bridge" || mode == "pasta")
    options.pasta_options = flags.pasta_options;
  if (!given) return;
  for (auto& word : base::split(name.substr(kPasta.size()), ','))
    options.pasta_options.push_back(std::move(word));
}

void add_name_service_flags(FlagTable& table, CreateFlags& flags) {
  auto& o = flags.options;
  add_value(table, "--dns", "list", "Set custom DNS servers", [&](const std::string& text) {
    const auto address = parse_address(text);
    if (!address) fail(Kind::usage, "IP address is not correctly formatted: {}", text);
    o.dns.push_back(*address);
  });
  add_value(
      table, "--dns-search", "list", "Set custom DNS search domains", [&](const std::string& text) {
        o.dns_search.push_back(parse_search_domain(text));
      });
  table.add_list("--dns-option", o.dns_options, "Set DNS options");
  table.add_list("--dns-opt", o.dns_options, "Set DNS options").group("");
  add_value(table,
            "--add-host",
            "list",
            "Add a custom host-to-IP mapping (host:ip)",
            [&](const std::string& text) { o.extra_hosts.push_back(parse_extra_host(text)); });
  table.add_option("-h,--hostname", o.hostname, "Container host name").type_name("string");
  if (!flags.podman) {
    table.add_option("--domainname", o.domainname, "Container NIS domain name").type_name("string");
  }
}

/// Ports as docker's client reads them: its refusals are not the engine's.
template <typename Parse>
void append_ports(const std::vector<std::string>& texts,
                  std::vector<network::PortMapping>& ports,
                  bool podman,
                  Parse parse) {
  for (const auto& text : texts) {
    if (podman && text.empty()) continue;  // -p "$none"
    try {
      for (auto& port : parse(text)) ports.push_back(std::move(port));
    } catch (const base::Error& error) {
      if (error.kind() != Kind::usage) throw;
      throw ClientError(error.message());
    }
  }
}

/// A port of no address of its own is published on each of these.
void spread_ports(const std::vector<std::string>& addresses,
                  std::vector<network::PortMapping>& ports) {
  if (addresses.empty()) return;
  std::vector<network::PortMapping> spread;
  for (const auto& port : ports) {
    if (!port.host_ip.empty()) spread.push_back(port);
    for (const auto& address : port.host_ip.empty() ? addresses : std::vector<std::string>()) {
      spread.push_back(port);
      spread.back().host_ip = address;
    }
  }
  ports = std::move(spread);
}

}  // namespace

void add_network_flags(FlagTable& table, CreateFlags& flags) {
  auto& o = flags.options;
  const auto network = [&flags](const std::string& text) { read_network(text, flags); };
  add_value(table, "--network", "network", "Connect a container to a network", network);
  table.add_option_function<std::string>("--net", network, "Connect a container to a network")
      .type_name("network")
      .group("");
  // What containers.conf alone says.
  table.add_list("--pasta-option", flags.pasta_options, "A word for pasta").group("");
  table.add_list("--default-host-ip", flags.default_host_ips, "Where ports are published")
      .group("");
  table.add_option("--host-address", o.files.host_address, "The host as the container reaches it")
      .group("");
  table.add_list(
      "--network-alias", flags.network_aliases, "Add network-scoped alias for the container");
  table.add_list("--net-alias", flags.network_aliases, "Add network-scoped alias for the container")
      .group("");
  table.add_list("-p,--publish", flags.publish, "Publish a container's port(s) to the host");
  table.add_flag("-P,--publish-all", o.publish_all, "Publish all exposed ports to random ports");
  table.add_list("--expose", flags.expose, "Expose a port or a range of ports");
  add_value(
      table, "--ip", "ip", "IPv4 address (e.g., 172.30.100.104)", [&](const std::string& text) {
        o.address = parse_ipv4(text);
      });
  table.add_option("--mac-address", flags.mac, "Container MAC address (e.g., 92:d0:c6:0a:29:33)")
      .type_name("string");
  add_name_service_flags(table, flags);
}

void finish_network(const CreateFlags& flags, container::CreateOptions& options) {
  append_ports(flags.publish, options.publish, flags.podman, network::parse_publish);
  spread_ports(flags.default_host_ips, options.publish);
  append_ports(flags.expose, options.expose, flags.podman, network::parse_expose);
  if (!flags.mac.empty()) {
    const auto mac = parse_mac(flags.mac);
    if (!mac) client_fail("{} is not a valid mac address", flags.mac);
    options.mac = *mac;
  }
  options.namespaces.network = network_of(flags);
  add_pasta_options(flags, options);
  const bool has_dns =
      !(options.dns.empty() && options.dns_search.empty() && options.dns_options.empty());
  if (flags.podman && has_dns && options.namespaces.network == "none")
    client_fail("conflicting options: dns and the network mode: none");
  options.network_aliases = flags.network_aliases;
  // Podman takes them on its default network, too, where nobody can ask for them.
  if (!flags.network_aliases.empty() && !flags.podman) {
    client_fail("network-scoped aliases are only supported for user-defined networks");
  }
}

}  // namespace cli
