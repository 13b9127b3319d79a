// SPDX-License-Identifier: Apache-2.0
#include "container/relabel.hpp"

#include <cerrno>
#include <cstdlib>
#include <sys/xattr.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"

namespace container {

namespace {

constexpr const char* kLabel = "system_u:object_r:container_file_t:s0:c1,c2";

/// Labels are attributes that root can give to files of most file systems without SELinux, too.
class RelabelTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* path : {"/in", "/in/deep", "/out"}) base::make_directory(root() + path);
    for (const char* path : {"/in/file", "/in/deep/file", "/out/file"})
      base::write_file(root() + path, "");
    ASSERT_EQ(::symlink("../out/file", (root() + "/in/link").c_str()), 0);
    ASSERT_EQ(::symlink("../out", (root() + "/in/way").c_str()), 0);
    if (::setxattr((root() + "/out").c_str(), "security.selinux", "old", 4, 0) != 0)
      GTEST_SKIP() << "labels cannot be set here";
  }

  std::string root() const { return directory_.path(); }

  std::string label(const std::string& path) const {
    return label_of(base::open_file(root() + path, O_PATH | O_NOFOLLOW).get());
  }

  void give(const std::string& path, const std::string& label = kLabel) const {
    relabel(base::open_file(root() + path, O_PATH).get(), label, path);
  }

  base::TempDir directory_{"/var/tmp", "berth-relabel"};
};

TEST_F(RelabelTest, GivesTheLabelToAllBelowAndFollowsNoLink) {
  give("/in");
  for (const char* path : {"/in", "/in/file", "/in/deep", "/in/deep/file"})
    EXPECT_EQ(label(path), kLabel) << path;
  EXPECT_EQ(label("/out"), "old");
  EXPECT_EQ(label("/out/file"), "");
}

TEST_F(RelabelTest, TakesOneFileAlone) {
  give("/in/deep/file");
  EXPECT_EQ(label("/in/deep/file"), kLabel);
  EXPECT_EQ(label("/in/deep"), "");
}

TEST_F(RelabelTest, ReplacesAnEarlierLabel) {
  give("/in", "a:b:c:s0");
  give("/in");
  EXPECT_EQ(label("/in/deep/file"), kLabel);
}

TEST_F(RelabelTest, RefusesTheSystemsDirectoriesByWhateverName) {
  // As a home: the others must not be touched by a test that fails.
  ::setenv("HOME", (root() + "/out").c_str(), 1);
  ASSERT_EQ(::symlink("out", (root() + "/home").c_str()), 0);
  for (const char* path : {"/out", "/home", "/in/../out"}) {
    try {
      give(path);
      FAIL() << path;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.message(), std::string("SELinux relabeling of ") + path + " is not allowed");
    }
  }
  EXPECT_EQ(label("/out"), "old");
  EXPECT_EQ(label("/out/file"), "");
}

}  // namespace

}  // namespace container
