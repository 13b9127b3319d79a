// SPDX-License-Identifier: Apache-2.0
#include "container/user_mapping.hpp"

#include "base/text.hpp"
#include "base/user_namespace.hpp"

namespace container {

namespace {

/// How many ids, from 0 on without a gap, this namespace has.
std::uint32_t count_of(const std::vector<base::IdRange>& map) {
  std::uint32_t next = 0;
  for (const auto& range : map) {
    if (range.inside == next) next += range.count;
  }
  return next;
}

}  // namespace

std::optional<KeepId> keep_id(const Namespaces& namespaces) {
  const auto [name, options] = base::split_pair(namespaces.user, ':');
  if (name != "keep-id") return std::nullopt;
  KeepId ids;
  if (base::is_rootless()) ids = {base::outer_uid(), base::outer_gid()};
  for (const auto& option : base::split(options.value_or(""), ',')) {
    const auto [key, value] = base::split_pair(option, '=');
    const auto number = base::parse_number<std::uint32_t>(value.value_or(""));
    if (key == "uid" && number) ids.uid = *number;
    if (key == "gid" && number) ids.gid = *number;
  }
  return ids;
}

std::optional<base::IdMapping> user_mapping(const Namespaces& namespaces) {
  const auto ids = keep_id(namespaces);
  if (!ids || !base::is_rootless()) return std::nullopt;
  return base::IdMapping{base::keeping(ids->uid, count_of(base::uid_map())),
                         base::keeping(ids->gid, count_of(base::gid_map()))};
}

}  // namespace container
