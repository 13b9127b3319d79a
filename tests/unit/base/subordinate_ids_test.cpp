// SPDX-License-Identifier: Apache-2.0
#include "base/subordinate_ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/account.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/user_namespace_obstacle.hpp"

namespace base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ParseSubordinateIds, PassesOverWhatIsNoRange) {
  EXPECT_THAT(
      parse_subordinate_ids("alice:100000\nalice:x:1\nalice:1:0\n:1:1\n\nalice:1:2:3\nalice:-1:5\n",
                            "1000",
                            "alice",
                            1000),
      IsEmpty());
}

TEST(ParseSubordinateIds, PassesOverRangesThatTheKernelWouldRefuse) {
  // Beyond the last id; holding the user's own id; overlapping an earlier one.
  EXPECT_THAT(parse_subordinate_ids(
                  "a:4294967290:100\na:900:200\na:5000:10\na:5009:10\n", "1000", "a", 1000),
              ElementsAre(IdRange{1, 5000, 10}));
}

TEST(ParseSubordinateIds, MapsRangesOfUidAndNameOneAfterTheOther) {
  EXPECT_THAT(parse_subordinate_ids(
                  "bob:1:1\nalice:100000:65536\n 1000:300000:10 \n", "1000", "alice", 1000),
              ElementsAre(IdRange{1, 100000, 65536}, IdRange{65537, 300000, 10}));
}

TEST(ParseSubordinateIds, BelongsToNobodyWithoutAName) {
  EXPECT_THAT(parse_subordinate_ids(":100000:65536\n", "1000", "", 1000), IsEmpty());
}

TEST(ParseSubordinateIds, IsBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a:" + std::to_string(100000 + i) + ":1\n";
  EXPECT_EQ(parse_subordinate_ids(text, "1000", "a", 1000).size(), 300u);
}

TEST(ParseGetsubids, ReadsItsLines) {
  EXPECT_THAT(parse_getsubids("0: alice 100000 65536\n1: alice 200000 1\n", 1000),
              ElementsAre(IdRange{1, 100000, 65536}, IdRange{65537, 200000, 1}));
  EXPECT_THAT(parse_getsubids("Error fetching ranges\n", 1000), IsEmpty());
}

TEST(SubordinateIdsFromNss, OnlyWhenTheHostSaysSo) {
  EXPECT_FALSE(subordinate_ids_from_nss("passwd: files sss\n"));
  EXPECT_FALSE(subordinate_ids_from_nss("subid: files\n"));
  EXPECT_FALSE(subordinate_ids_from_nss("#subid: sss\n"));
  EXPECT_TRUE(subordinate_ids_from_nss("passwd: files\nsubid:   sss\n"));
}

TEST(FirstFreeSubordinateId, LiesBehindAllThatAreLent) {
  EXPECT_EQ(first_free_subordinate_id("", ""), 100000u);
  EXPECT_EQ(first_free_subordinate_id("a:100000:65536\n", "b:200000:65536\n"), 265536u);
  EXPECT_LE(first_free_subordinate_id("a:4294967295:4294967295\n", ""), 0xffffffffu - 65536);
}

TEST(ParsePasswd, FindsTheFirstLineOfAUid) {
  const char* text =
      "broken:x:7\nroot:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000:A,B:/home/"
      "alice:\nother:x:1000:1::/x:\n";
  EXPECT_FALSE(parse_passwd(text, 7));
  const auto alice = parse_passwd(text, 1000);
  ASSERT_TRUE(alice);
  EXPECT_EQ(alice->name, "alice");
  EXPECT_EQ(alice->home, "/home/alice");
}

TEST(FindAccount, KnowsRootAndNotAStranger) {
  ASSERT_TRUE(find_account(0));
  EXPECT_EQ(find_account(0)->name, "root");
  EXPECT_FALSE(find_account(3999999999));
}

TEST(UserNamespaceObstacle, NamesTheSettingThatForbids) {
  const TempDir proc("/tmp", "berth-test");
  make_directories(proc.path() + "/user");
  make_directories(proc.path() + "/kernel");
  EXPECT_THAT(user_namespace_obstacle(EPERM, proc.path()), HasSubstr("Operation not permitted"));
  EXPECT_THAT(user_namespace_obstacle(ENOSPC, proc.path()), HasSubstr("limit"));
  write_file(proc.path() + "/kernel/apparmor_restrict_unprivileged_userns", "1\n");
  EXPECT_THAT(user_namespace_obstacle(EPERM, proc.path()), HasSubstr("AppArmor"));
  write_file(proc.path() + "/kernel/unprivileged_userns_clone", "0\n");
  EXPECT_THAT(user_namespace_obstacle(EPERM, proc.path()),
              HasSubstr("kernel.unprivileged_userns_clone=1"));
  write_file(proc.path() + "/user/max_user_namespaces", "0\n");
  EXPECT_THAT(user_namespace_obstacle(ENOSPC, proc.path()),
              HasSubstr("user.max_user_namespaces=15000"));
}

}  // namespace
}  // namespace base
