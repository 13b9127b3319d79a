// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(ParseBytes, RefusesWhatIsNoSize) {
  for (const auto* text : {"",
                           "k",
                           "m5",
                           "5x",
                           "-1",
                           "1..2",
                           "1.2.3",
                           "5kk",
                           "5 xb",
                           ".5m",
                           "1e3",
                           "inf",
                           "nan",
                           "99999999999999999999",
                           "9999999999p",
                           "0x10",
                           "5kib5"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

TEST(ParseBytes, CountsWith1024) {
  EXPECT_EQ(parse_bytes("10"), 10);
  EXPECT_EQ(parse_bytes("0"), 0);
  EXPECT_EQ(parse_bytes("10b"), 10);
  EXPECT_EQ(parse_bytes("64k"), 65536);
  EXPECT_EQ(parse_bytes("64KB"), 65536);
  EXPECT_EQ(parse_bytes("512m"), 512LL << 20);
  EXPECT_EQ(parse_bytes("1.5G"), 1610612736);
  EXPECT_EQ(parse_bytes("1 GiB"), 1 << 30);
  EXPECT_EQ(parse_bytes("2tb"), 2LL << 40);
  EXPECT_EQ(parse_bytes("1p"), 1LL << 50);
}

TEST(HumanSize, HasFourDigitsAndFactor1000) {
  EXPECT_EQ(human_size(0), "0B");
  EXPECT_EQ(human_size(999), "999B");
  EXPECT_EQ(human_size(1000), "1kB");
  EXPECT_EQ(human_size(1'234'567), "1.235MB");
  EXPECT_EQ(human_size(4'260'000), "4.26MB");
  EXPECT_EQ(human_size(123'456'789), "123.5MB");
  EXPECT_EQ(human_size(1e12), "1TB");
}

TEST(HumanSize, HasThreeDigitsForImages) {
  EXPECT_EQ(human_size(123'456'789, 3), "123MB");
  EXPECT_EQ(human_size(1'234'567, 3), "1.23MB");
  EXPECT_EQ(human_size(77'800'000, 3), "77.8MB");
}

TEST(BinarySize, HasFactor1024) {
  EXPECT_EQ(binary_size(0), "0B");
  EXPECT_EQ(binary_size(1024), "1KiB");
  EXPECT_EQ(binary_size(1.5 * 1024 * 1024), "1.5MiB");
  EXPECT_EQ(binary_size(7.637 * 1024 * 1024 * 1024), "7.637GiB");
}

}  // namespace
}  // namespace base
