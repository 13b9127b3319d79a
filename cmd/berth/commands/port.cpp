// SPDX-License-Identifier: Apache-2.0
// berth port
#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "container/inspect.hpp"
#include "container/start.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

/// "0.0.0.0:8080" and "[::]:8080" for one that was published on all addresses; podman tells the first alone.
std::vector<std::string> addresses_of(const network::PortMapping& port, bool podman) {
  if (port.host_ip.find(':') != std::string::npos)
    return {fmt::format("[{}]:{}", port.host_ip, port.host_port)};
  if (!port.host_ip.empty()) return {fmt::format("{}:{}", port.host_ip, port.host_port)};
  const std::string first = fmt::format("0.0.0.0:{}", port.host_port);
  if (podman) return {first};
  return {first, fmt::format("[::]:{}", port.host_port)};
}

int port(Session& session, const Words& words) {
  auto& engine = session.engine();
  const auto record = engine.containers.get(words[0]);
  const auto taken = container::read_taken(engine, record.id);
  const auto ports =
      taken && taken->endpoint ? taken->endpoint->ports : std::vector<network::PortMapping>{};
  std::string wanted = words.size() > 1 ? words[1] : "";
  if (!wanted.empty() && wanted.find('/') == std::string::npos) wanted += "/tcp";
  bool found = false;
  for (const auto& mapping : ports) {
    const std::string key = container::port_key(mapping);
    if (!wanted.empty() && key != wanted) continue;
    found = true;
    for (const auto& address : addresses_of(mapping, session.is_podman())) {
      render::print_line(wanted.empty() ? key + " -> " + address : address);
    }
  }
  if (!found && !wanted.empty()) {
    if (session.is_podman()) client_fail("failed to find published port \"{}\"", words[1]);
    throw ClientError(fmt::format("no public port '{}' published for {}", wanted, words[0]),
                      0,
                      ClientError::Form::bare);
  }
  return 0;
}

}  // namespace

void register_port(Verbs& verbs) {
  verbs.add({
      .names = {"port", "container port"},
      .usage = "CONTAINER [PRIVATE_PORT[/PROTO]]",
      .summary = "List port mappings or a specific mapping for the container",
      .arity = {1, 2},
      .completes = Completes::running_containers,
      .needs_user_namespace = false,
      .act = port,
  });
}

}  // namespace cli
