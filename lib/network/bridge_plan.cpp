// SPDX-License-Identifier: Apache-2.0
#include "network/bridge_plan.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_fields.hpp"

namespace network {

namespace {

constexpr const char* kFile = "bridge";

struct Choice {
  std::string name, subnet;
};

template <typename Io>
void fields(Io& io, Choice& c) {
  io("name", c.name);
  io("subnet", c.subnet);
}

/// FNV-1a: stable from run to run, which std::hash does not promise.
std::uint32_t hash_of(const storage::Paths& paths) {
  std::uint32_t hash = 2166136261u;
  for (const char c : paths.graphroot() + '\n' + paths.runroot()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  }
  return hash;
}

bool is_default(const storage::Paths& paths) {
  return paths.graphroot() == "/var/lib/berth" && paths.runroot() == "/run/berth";
}

constexpr Ipv4 address(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0) {
  return {a << 24 | b << 16 | c << 8};
}

/// Subnets of one size from `first` on, beginning somewhere and going round.
void append_pool(std::vector<Subnet>& list,
                 Subnet first,
                 std::uint32_t count,
                 std::uint32_t begin) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t step = (begin + i) % count;
    list.push_back({{first.base.value + (step << (32 - first.prefix))}, first.prefix});
  }
}

}  // namespace

std::string bridge_name(const storage::Paths& paths) {
  return is_default(paths) ? "berth0" : fmt::format("berth-{:08x}", hash_of(paths));
}

std::vector<Subnet> subnet_candidates(const storage::Paths& paths) {
  // Away from Docker's 172.17 to 172.31 and Podman's 10.88 and 10.89. The later pools are for hosts
  // that reach all of 10.0.0.0/8 by some route, as many companies' do.
  std::vector<Subnet> list;
  if (is_default(paths)) append_pool(list, {address(10, 80), 16}, 8, 7);
  const std::uint32_t hash = hash_of(paths);
  append_pool(list, {address(10, 192), 20}, 512, hash);
  append_pool(list, {address(192, 168), 24}, 256, hash);
  append_pool(list, {address(172, 16), 20}, 256, hash);
  return list;
}

Subnet choose_subnet(const std::vector<Subnet>& candidates, const std::vector<Route>& routes) {
  // What is wider than any private network says where "everything" goes: a default route, or a
  // VPN's halves of it.
  constexpr int kWidest = 8;
  for (const auto& subnet : candidates) {
    const bool taken = std::any_of(routes.begin(), routes.end(), [&](const Route& route) {
      return route.target.prefix >= kWidest && route.target.overlaps(subnet);
    });
    if (!taken) return subnet;
  }
  base::fail(base::Kind::in_use,
             "choose a subnet for the bridge: the host has routes into every one of them");
}

std::optional<BridgePlan> find_bridge_plan(const Allocations& allocations) {
  const auto text = base::find_file_text(allocations.path(kFile));
  if (!text) return std::nullopt;
  const auto choice = base::from_json_text<Choice>(*text, allocations.path(kFile));
  const auto subnet = Subnet::parse(choice.subnet);
  if (!subnet)
    base::fail(base::Kind::corrupt, "{}: {} is no subnet", allocations.path(kFile), choice.subnet);
  return BridgePlan{choice.name, *subnet};
}

BridgePlan make_bridge_plan(const storage::Paths& paths,
                            const Allocations& allocations,
                            Links& links) {
  if (auto plan = find_bridge_plan(allocations)) return *plan;
  BridgePlan plan{bridge_name(paths), {}};
  const auto link = links.find(plan.name);
  // The bridge outlived the record (somebody emptied the runroot): it stays as it is.
  if (const auto had = link ? links.find_address(link->index) : std::nullopt) {
    plan.subnet = Subnet::parse(fmt::format("{}/{}", had->first.text(), had->second)).value();
  } else {
    plan.subnet = choose_subnet(subnet_candidates(paths), links.routes());
  }
  const Choice choice{plan.name, plan.subnet.text()};
  base::replace_file(allocations.path(kFile), base::to_json(choice).dump() + "\n", 0600);
  return plan;
}

}  // namespace network
