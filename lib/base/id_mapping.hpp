// SPDX-License-Identifier: Apache-2.0
// How the ids of a container's own user namespace map onto those of this one.
#pragma once

#include <cstdint>
#include <vector>

#include "base/subordinate_ids.hpp"

namespace base {

struct IdMapping {
  std::vector<IdRange> uids, gids;
};

template <typename Io>
void fields(Io& io, IdRange& range) {
  io("inside", range.inside);
  io("outside", range.outside);
  io("count", range.count);
}

template <typename Io>
void fields(Io& io, IdMapping& mapping) {
  io("uids", mapping.uids);
  io("gids", mapping.gids);
}

constexpr std::uint32_t kOverflowId = 65534;

/// What `id` inside stands for outside; the overflow id 65534 when it is not mapped.
inline std::uint32_t map_id(const std::vector<IdRange>& ranges, std::uint32_t id) {
  for (const auto& range : ranges) {
    if (id >= range.inside && id - range.inside < range.count)
      return range.outside + (id - range.inside);
  }
  return kOverflowId;
}

/// What those inside call the id `id` of outside; the overflow id when they have no name for it.
inline std::uint32_t unmap_id(const std::vector<IdRange>& ranges, std::uint32_t id) {
  for (const auto& range : ranges) {
    if (id >= range.outside && id - range.outside < range.count)
      return range.inside + (id - range.outside);
  }
  return kOverflowId;
}

/// Ids 0 to count-1 outside, one after the other, but `own` inside stands for 0 outside.
inline std::vector<IdRange> keeping(std::uint32_t own, std::uint32_t count) {
  std::vector<IdRange> ranges;
  const std::uint32_t below = own < count ? own : count - 1;
  if (below > 0) ranges.push_back({0, 1, below});
  ranges.push_back({own, 0, 1});
  if (count > below + 1) ranges.push_back({own + 1, below + 1, count - below - 1});
  return ranges;
}

}  // namespace base
