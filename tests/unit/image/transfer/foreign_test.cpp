// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/foreign.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace image {
namespace {

std::string many(const std::string& value, int count) {
  std::string list = "[" + value;
  for (int i = 1; i < count; ++i) list += "," + value;
  return list + "]";
}

std::string failure(const std::string& text) {
  try {
    parse_foreign(text, "answer");
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::corrupt);
    return e.message();
  }
  return "";
}

TEST(ParseForeign, RefusesManyTinyValues) {
  EXPECT_EQ(failure(many("{\"\":0}", 150'000)), "answer has more than 200000 values");
  EXPECT_EQ(failure(many("[]", 150'000)), "answer has more than 200000 values");
  EXPECT_EQ(failure(many("0", 250'000)), "answer has more than 200000 values");
}

TEST(ParseForeign, CountsNoneInsideStrings) {
  EXPECT_EQ(failure("[\"" + std::string(300'000, ',') + "\\\"" + std::string(300'000, '[') + "\"]"),
            "");
  EXPECT_EQ(failure(many("{\"\":0}", 90'000)), "");
}

TEST(ReadForeign, ShowsNoKeyAsItIs) {
  try {
    std::map<std::string, std::string> labels =
        read_foreign<std::map<std::string, std::string>>("{\"\\u001b[2J\\nError: x\":1}", "labels");
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_EQ(e.message(), "labels.\\x1b[2J\\nError: x must be a string, not number");
  }
}

TEST(Shown, IsOneShortLine) {
  EXPECT_EQ(shown("a\nb\tc\x1b[2J\r"), "a\\nb\\tc\\x1b[2J\\x0d");
  EXPECT_EQ(shown(std::string(100, 'x')), std::string(100, 'x'));
  EXPECT_EQ(shown(std::string(101, 'x')), std::string(100, 'x') + "...");
}

}  // namespace
}  // namespace image
