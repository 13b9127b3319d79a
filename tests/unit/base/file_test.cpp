// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace base {
namespace {

TEST(RemoveTree, IsContentWithNothing) {
  EXPECT_NO_THROW(remove_tree("/tmp/berth-there-is-no-such-thing"));
}

TEST(RemoveTree, DoesNotFollowLinks) {
  const TempDir dir("/tmp", "berth-test");
  make_directory(dir.path() + "/keep");
  write_file(dir.path() + "/keep/file", "x");
  make_directory(dir.path() + "/tree");
  ASSERT_EQ(::symlink("../keep", (dir.path() + "/tree/link").c_str()), 0);
  remove_tree(dir.path() + "/tree");
  EXPECT_FALSE(exists(dir.path() + "/tree"));
  EXPECT_TRUE(exists(dir.path() + "/keep/file"));
}

TEST(RemoveTree, RemovesTwoThousandLevels) {
  const TempDir dir("/tmp", "berth-test");
  UniqueFd at = open_file(dir.path(), O_RDONLY | O_DIRECTORY);
  for (int level = 0; level < 2000; ++level) {
    ASSERT_EQ(::mkdirat(at.get(), "d", 0755), 0);
    at = open_at(at.get(), "d", O_RDONLY | O_DIRECTORY);
  }
  ASSERT_EQ(::mkdirat(at.get(), "last", 0), 0);
  at.reset();
  remove_tree(dir.path() + "/d");
  EXPECT_TRUE(list_directory(dir.path()).empty());
}

TEST(ReplaceFile, LeavesTheOldContentWhenItFails) {
  const TempDir dir("/tmp", "berth-test");
  const std::string path = dir.path() + "/f";
  replace_file(path, "old");
  ASSERT_EQ(::mkdir((dir.path() + "/sub").c_str(), 0755), 0);
  EXPECT_THROW(replace_file(dir.path() + "/sub", "new"), Error);
  EXPECT_THROW(replace_file(dir.path() + "/missing/f", "new"), Error);
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(list_directory(dir.path()).size(), 2U);
}

TEST(ReplaceFile, GivesTheModeWhateverTheUmask) {
  const TempDir dir("/tmp", "berth-test");
  const mode_t before = ::umask(0777);
  replace_file(dir.path() + "/f", "x", 0644);
  make_directories(dir.path() + "/a/b", 0711);
  ::umask(before);
  EXPECT_EQ(find_stat(dir.path() + "/f")->st_mode & 07777, 0644U);
  EXPECT_EQ(find_stat(dir.path() + "/a")->st_mode & 07777, 0711U);
}

TEST(OpenInRoot, KeepsLinksInside) {
  const TempDir dir("/tmp", "berth-test");
  write_file(dir.path() + "/passwd", "inside");
  ASSERT_EQ(::symlink("/../../../passwd", (dir.path() + "/link").c_str()), 0);
  const auto root = open_file(dir.path(), O_PATH | O_DIRECTORY);
  EXPECT_EQ(read_rest(open_in_root(root.get(), "link", O_RDONLY).get()), "inside");
  EXPECT_FALSE(find_in_root(root.get(), "/etc/passwd", O_RDONLY).has_value());
}

TEST(ReadRest, RefusesMoreThanItsLimit) {
  const auto file = make_memory_file("test", std::string(100, 'x'));
  EXPECT_THROW(read_rest(file.get(), 99), Error);
}

}  // namespace
}  // namespace base
