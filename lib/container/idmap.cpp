// SPDX-License-Identifier: Apache-2.0
#include "container/idmap.hpp"

#include "base/error.hpp"
#include "base/mapped_namespaces.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "storage/overlay.hpp"

namespace container {

namespace {

using base::fail;
using base::IdRange;
using base::Kind;

IdRange parse_range(const std::string& text, const std::vector<IdRange>* container) {
  const bool inner = text.starts_with('@');
  const auto parts = base::split(text.substr(inner ? 1 : 0), '-');
  const auto number = [&](std::size_t n) {
    return parts.size() == 3 ? base::parse_number<std::uint32_t>(parts[n]) : std::nullopt;
  };
  if (!number(0) || !number(1) || !number(2)) fail(Kind::usage, "invalid idmap range: {}", text);
  const std::uint32_t outside =
      inner && container ? base::map_id(*container, *number(1)) : *number(1);
  return {*number(0), outside, *number(2)};
}

std::vector<IdRange> parse_ranges(const std::string& text, const std::vector<IdRange>* container) {
  std::vector<IdRange> ranges;
  for (const auto& one : base::split(text, '#')) ranges.push_back(parse_range(one, container));
  return ranges;
}

base::IdMapping parse_idmap(const std::string& text,
                            const std::optional<base::IdMapping>& container) {
  if (text.empty()) {
    if (container) return *container;
    fail(Kind::usage, "idmap needs a container with a user namespace of its own, or ids");
  }
  base::IdMapping mapping;
  for (const auto& part : base::split(text, ';')) {
    const auto [key, value] = base::split_pair(part, '=');
    if (key == "uids" && value)
      mapping.uids = parse_ranges(*value, container ? &container->uids : nullptr);
    else if (key == "gids" && value)
      mapping.gids = parse_ranges(*value, container ? &container->gids : nullptr);
    else
      fail(Kind::usage, "invalid idmap option: {}", part);
  }
  if (mapping.uids.empty() || mapping.gids.empty())
    fail(Kind::usage, "idmap needs uids and gids: {}", text);
  return mapping;
}

}  // namespace

base::IdMapping idmap_of(const std::string& text, const std::optional<base::IdMapping>& container) {
  if (base::in_user_namespace())
    fail(Kind::unsupported, "idmap mounts need root: the kernel gives them to nobody else");
  return parse_idmap(text, container);
}

void map_mount(int mount, const base::IdMapping& mapping) {
  const auto users = base::make_mapped_namespaces(mapping, base::WithNetwork::no);
  storage::map_ids(mount, users.user.get());
}

}  // namespace container
