// SPDX-License-Identifier: Apache-2.0
#include "container/detach_keys.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace container {
namespace {

TEST(ParseDetachKeys, RefusesWhatIsNoKey) {
  for (const char* text :
       {"ctrl-", "ctrl-A", "ctrl-1", "abc", "a,", ",", "ctrl-p,ctrl", "ctrl-pq"}) {
    try {
      parse_detach_keys(text);
      ADD_FAILURE() << text;
    } catch (const base::Error& e) {
      EXPECT_EQ(e.kind(), base::Kind::usage);
      EXPECT_EQ(e.message(), std::string("invalid detach keys (") + text + ") provided");
    }
  }
}

TEST(ParseDetachKeys, GivesTheBytesThatTheKeysSend) {
  EXPECT_EQ(parse_detach_keys("ctrl-p,ctrl-q"), "\x10\x11");
  EXPECT_EQ(parse_detach_keys("a"), "a");
  EXPECT_EQ(parse_detach_keys("ctrl-a,z,DEL"), "\x01z\x7f");
  EXPECT_EQ(parse_detach_keys("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_"),
            std::string("\0\x1b\x1c\x1d\x1e\x1f", 6));
  EXPECT_EQ(parse_detach_keys(""), "");
}

TEST(DetachMatcher, PassesAllWithoutKeys) {
  DetachMatcher matcher("");
  EXPECT_EQ(matcher.feed("a\x10\x11"), "a\x10\x11");
  EXPECT_FALSE(matcher.is_complete());
}

TEST(DetachMatcher, HoldsTheBeginningBackUntilItIsClear) {
  DetachMatcher matcher("pq");
  EXPECT_EQ(matcher.feed("xp"), "x");
  EXPECT_EQ(matcher.feed("y"), "py");
  EXPECT_EQ(matcher.feed("p"), "");
  EXPECT_EQ(matcher.take_held(), "p");
}

TEST(DetachMatcher, CompletesAcrossReadsAndDropsWhatFollows) {
  DetachMatcher matcher("pq");
  EXPECT_EQ(matcher.feed("ap"), "a");
  EXPECT_EQ(matcher.feed("qrest"), "");
  EXPECT_TRUE(matcher.is_complete());
}

TEST(DetachMatcher, FindsKeysThatBeginWithinAFailedBeginning) {
  DetachMatcher matcher("aab");
  EXPECT_EQ(matcher.feed("aaab"), "a");
  EXPECT_TRUE(matcher.is_complete());
}

}  // namespace
}  // namespace container
