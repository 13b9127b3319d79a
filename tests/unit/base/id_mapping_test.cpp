// SPDX-License-Identifier: Apache-2.0
#include "base/id_mapping.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace {

using base::IdRange;
using base::keeping;
using base::map_id;

TEST(IdMapping, GivesTheOverflowIdForWhatIsNotMapped) {
  EXPECT_EQ(map_id({{0, 1, 5}}, 5), 65534U);
  EXPECT_EQ(map_id({}, 0), 65534U);
}

TEST(IdMapping, KeepsOneIdAndMovesTheOthersUp) {
  const auto ranges = keeping(1000, 65537);
  EXPECT_EQ(ranges, (std::vector<IdRange>{{0, 1, 1000}, {1000, 0, 1}, {1001, 1001, 64536}}));
  EXPECT_EQ(map_id(ranges, 0), 1U);
  EXPECT_EQ(map_id(ranges, 999), 1000U);
  EXPECT_EQ(map_id(ranges, 1000), 0U);
  EXPECT_EQ(map_id(ranges, 65536), 65536U);
}

TEST(IdMapping, KeepsRootAndIdsBeyondTheRange) {
  EXPECT_EQ(keeping(0, 10), (std::vector<IdRange>{{0, 0, 1}, {1, 1, 9}}));
  EXPECT_EQ(keeping(9, 10), (std::vector<IdRange>{{0, 1, 9}, {9, 0, 1}}));
  EXPECT_EQ(keeping(5000, 10), (std::vector<IdRange>{{0, 1, 9}, {5000, 0, 1}}));
}

TEST(IdMapping, LeavesNoIdTwice) {
  for (const std::uint32_t own : {0U, 1U, 5U, 8U, 9U, 10U, 100U}) {
    std::vector<bool> seen(10);
    for (const auto& range : keeping(own, 10)) {
      for (std::uint32_t n = 0; n < range.count; ++n) {
        ASSERT_LT(range.outside + n, seen.size());
        EXPECT_FALSE(seen[range.outside + n]);
        seen[range.outside + n] = true;
      }
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 10);
  }
}

}  // namespace
