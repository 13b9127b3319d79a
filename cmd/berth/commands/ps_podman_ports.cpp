// SPDX-License-Identifier: Apache-2.0
#include "commands/ps_podman_ports.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "container/start.hpp"

namespace cli {

using base::Json;
using container::Listed;

namespace {

/// Neighbours among published ports.
struct PortRange {
  network::PortMapping first;
  int count = 1;

  bool goes_on_with(const network::PortMapping& next) const {
    return first.host_ip == next.host_ip && first.protocol == next.protocol &&
           first.container_port + count == next.container_port &&
           first.host_port + count == next.host_port;
  }
};

std::vector<PortRange> ranges_of(const std::vector<network::PortMapping>& ports) {
  std::vector<PortRange> ranges;
  for (const auto& port : ports) {
    if (!ranges.empty() && ranges.back().goes_on_with(port))
      ++ranges.back().count;
    else
      ranges.push_back({port});
  }
  return ranges;
}

bool is_published(const network::PortMapping& port,
                  const std::vector<network::PortMapping>& published) {
  return std::ranges::any_of(published, [&](const auto& p) {
    return p.container_port == port.container_port && p.protocol == port.protocol;
  });
}

/// "80-81", of one port "80".
std::string span_text(int first, int count) {
  return count > 1 ? fmt::format("{}-{}", first, first + count - 1) : std::to_string(first);
}

/// "90-91/tcp", of ports that nobody publishes.
std::vector<std::string> exposed_texts(const Listed& l,
                                       const std::vector<network::PortMapping>& published) {
  std::set<std::pair<std::string, int>> exposed;
  for (const auto& port : l.record.summary.expose) {
    if (!is_published(port, published)) exposed.emplace(port.protocol, port.container_port);
  }
  std::vector<std::string> texts;
  for (auto it = exposed.begin(); it != exposed.end();) {
    const auto [protocol, first] = *it;
    int count = 0;
    for (; it != exposed.end() && *it == std::pair(protocol, first + count); ++it) ++count;
    texts.push_back(fmt::format("{}/{}", span_text(first, count), protocol));
  }
  return texts;
}

}  // namespace

std::vector<network::PortMapping> published_ports(container::Engine& engine, const Listed& l) {
  if (l.record.summary.expose.empty()) return {};
  if (!l.state.has_process()) return engine.containers.details(l.record.id).options.publish;
  const auto taken = container::read_taken(engine, l.record.id);
  return taken && taken->endpoint ? taken->endpoint->ports : std::vector<network::PortMapping>{};
}

Json ports_json(const std::vector<network::PortMapping>& ports) {
  Json list;
  for (const auto& [first, count] : ranges_of(ports)) {
    list.push_back({{"host_ip", first.host_ip},
                    {"container_port", first.container_port},
                    {"host_port", first.host_port},
                    {"range", count},
                    {"protocol", first.protocol}});
  }
  return list;
}

Json exposed_json(const Listed& l, const std::vector<network::PortMapping>& published) {
  Json exposed;
  for (const auto& port : l.record.summary.expose) {
    if (!is_published(port, published))
      exposed[std::to_string(port.container_port)].push_back(port.protocol);
  }
  return exposed;
}

std::string podman_ports_text(container::Engine& engine, const Listed& l) {
  if (l.record.summary.expose.empty()) return "";
  const auto ports = published_ports(engine, l);
  std::vector<std::string> texts;
  for (const auto& [first, count] : ranges_of(ports)) {
    texts.push_back(fmt::format("{}:{}->{}/{}",
                                first.host_ip.empty() ? "0.0.0.0" : first.host_ip,
                                span_text(first.host_port, count),
                                span_text(first.container_port, count),
                                first.protocol));
  }
  for (auto& text : exposed_texts(l, ports)) texts.push_back(std::move(text));
  return base::join(texts, ", ");
}

}  // namespace cli
