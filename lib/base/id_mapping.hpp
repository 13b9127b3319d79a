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

/// What `id` inside stands for outside; the overflow id 65534 when it is not mapped.
inline std::uint32_t map_id(const std::vector<IdRange>& ranges, std::uint32_t id) {
  constexpr std::uint32_t kOverflow = 65534;
  for (const auto& range : ranges) {
    if (id >= range.inside && id - range.inside < range.count)
      return range.outside + (id - range.inside);
  }
  return kOverflow;
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
