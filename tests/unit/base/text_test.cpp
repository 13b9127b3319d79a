// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Replaced, LeavesWhatItPutIn) {
  EXPECT_EQ(replaced("a-b-a", "a", "aa"), "aa-b-aa");
  EXPECT_EQ(replaced("\\-", "\\", "\\e"), "\\e-");
}

TEST(Replaced, LeavesTheRest) {
  EXPECT_EQ(replaced("", "x", "y"), "");
  EXPECT_EQ(replaced("no such", "x", "y"), "no such");
  EXPECT_EQ(replaced("xax", "x", ""), "a");
}

}  // namespace
}  // namespace base
