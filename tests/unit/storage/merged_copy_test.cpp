// SPDX-License-Identifier: Apache-2.0
#include "storage/merged_copy.hpp"

#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/sys.hpp"

namespace storage {
namespace {

using testing::ElementsAre;

/// Layers in a directory of their own, named by number, the lowest first.
class MergedCopy : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  }

  std::string layer(const std::string& path = "") {
    if (path.empty()) {
      layers_.push_back(directory_.path() + "/" + std::to_string(layers_.size()));
      base::make_directory(layers_.back());
      return layers_.back();
    }
    const auto whole = layers_.back() + "/" + path;
    base::make_directories(whole.substr(0, whole.rfind('/')));
    return whole;
  }

  void put(const std::string& path, const std::string& text = "x") {
    base::write_file(layer(path), text);
  }

  void link(const std::string& path, const std::string& target) {
    ASSERT_EQ(::symlink(target.c_str(), layer(path).c_str()), 0);
  }

  void whiteout(const std::string& path) { ASSERT_EQ(::mknod(layer(path).c_str(), S_IFCHR, 0), 0); }

  void opaque(const std::string& path) {
    const auto whole = layer(path);
    base::make_directories(whole);
    ASSERT_EQ(::setxattr(whole.c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
  }

  MergedTree tree() const { return MergedTree::of_layers(layers_); }

  void copy(const std::optional<base::IdMapping>& mapping = {}) {
    base::make_directory(to_);
    copy_merged(tree(), to_, mapping);
  }

  std::string path(const std::string& name) const { return to_ + "/" + name; }

  std::vector<std::string> names(const std::string& name = "") const {
    auto found = base::list_directory(path(name));
    std::sort(found.begin(), found.end());
    return found;
  }

  struct stat stat(const std::string& name) const {
    struct stat st {};

    EXPECT_EQ(::lstat(path(name).c_str(), &st), 0) << name;
    return st;
  }

  const base::TempDir directory_{"/var/tmp", "berth-test"};
  std::vector<std::string> layers_;
  std::string to_ = directory_.path() + "/copy";
};

TEST_F(MergedCopy, OfSeveralLayersTheHighestCounts) {
  layer();
  put("etc/a", "low");
  put("etc/b", "low");
  layer();
  put("etc/b", "high");
  put("etc/c", "high");
  copy();
  EXPECT_THAT(names("etc"), ElementsAre("a", "b", "c"));
  EXPECT_EQ(base::read_file(path("etc/a")), "low");
  EXPECT_EQ(base::read_file(path("etc/b")), "high");
}

TEST_F(MergedCopy, WhatALayerHidesIsNotThereUntilAnotherOneBringsIt) {
  layer();
  put("gone/deep/file");
  put("back/old");
  put("stays");
  layer();
  whiteout("gone");
  whiteout("back");
  whiteout("never-there");
  layer();
  put("back/new");
  copy();
  EXPECT_THAT(names(), ElementsAre("back", "stays"));
  EXPECT_THAT(names("back"), ElementsAre("new"));
}

TEST_F(MergedCopy, AnOpaqueDirectoryHidesAllBelowIt) {
  layer();
  put("d/one");
  put("d/sub/two");
  layer();
  put("d/three");
  opaque("d");
  layer();
  put("d/four");
  copy();
  EXPECT_THAT(names("d"), ElementsAre("four", "three"));
  EXPECT_EQ(::lgetxattr(path("d").c_str(), "trusted.overlay.opaque", nullptr, 0), -1);
}

TEST_F(MergedCopy, AnOpaqueRootHidesAllLayersBelow) {
  layer();
  put("low");
  layer();
  put("high");
  ASSERT_EQ(::setxattr(layers_.back().c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
  copy();
  EXPECT_THAT(names(), ElementsAre("high"));
}

TEST_F(MergedCopy, MarksMayBeFilesWhereNoOverlayCanBe) {
  layer();
  put("a/gone");
  put("a/stays");
  put("b/old");
  put("c/old");
  layer();
  put("a/.wh.gone");
  put("b/.wh..wh..opq");
  put("b/new");
  put(".wh.c");
  put("c/new");
  put(".wh.named/below");  // a directory says nothing
  copy();
  EXPECT_THAT(names(), ElementsAre(".wh.named", "a", "b", "c"));
  EXPECT_THAT(names("a"), ElementsAre("stays"));
  EXPECT_THAT(names("b"), ElementsAre("new"));
  EXPECT_THAT(names("c"), ElementsAre("new"));
}

TEST_F(MergedCopy, ALinkInThePlaceOfADirectoryAndTheOtherWayRound) {
  const base::TempDir outside("/var/tmp", "berth-test");
  base::write_file(outside.path() + "/secret", "secret");
  layer();
  put("directory/old");
  link("link", outside.path());
  link("up", "..");
  layer();
  link("directory", outside.path());
  put("link/new");
  put("up/new");
  copy();
  EXPECT_TRUE(S_ISLNK(stat("directory").st_mode));
  EXPECT_TRUE(S_ISDIR(stat("link").st_mode));
  EXPECT_THAT(names("link"), ElementsAre("new"));
  EXPECT_THAT(names("up"), ElementsAre("new"));
  EXPECT_THAT(base::list_directory(outside.path()), ElementsAre("secret"));
}

TEST_F(MergedCopy, AFileInThePlaceOfADirectoryEndsIt) {
  layer();
  put("a/low");
  layer();
  put("a");
  layer();
  put("a/high");
  copy();
  EXPECT_THAT(names("a"), ElementsAre("high"));
}

TEST_F(MergedCopy, HardLinksStayAndAreNotMadeBetweenLayers) {
  layer();
  put("one", "1");
  ASSERT_EQ(::link(layer("one").c_str(), layer("d/two").c_str()), 0);
  ASSERT_EQ(::link(layer("one").c_str(), layer("three").c_str()), 0);
  link("soft", "nowhere");
  ASSERT_EQ(::linkat(AT_FDCWD, layer("soft").c_str(), AT_FDCWD, layer("soft2").c_str(), 0), 0);
  layer();
  put("three", "3");
  copy();
  EXPECT_EQ(stat("one").st_ino, stat("d/two").st_ino);
  EXPECT_EQ(stat("one").st_nlink, 2U);
  EXPECT_EQ(stat("three").st_nlink, 1U);
  EXPECT_EQ(stat("soft").st_ino, stat("soft2").st_ino);
}

TEST_F(MergedCopy, OwnersModesTimesAndAttributesAreKept) {
  layer();
  put("d/file", "text");
  const auto file = layer("d/file"), in = layer("d");
  ASSERT_EQ(::chown(file.c_str(), 5, 6), 0);
  ASSERT_EQ(::chmod(file.c_str(), 06755), 0);
  ASSERT_EQ(::setxattr(file.c_str(), "user.note", "hello", 5, 0), 0);
  const char capability[20] = {1, 0, 0, 2, 0, 4};  // net_bind_service
  ASSERT_EQ(::setxattr(file.c_str(), "security.capability", capability, sizeof capability, 0), 0);
  ASSERT_EQ(::mknod(layer("d/null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)), 0);
  ASSERT_EQ(::mkfifo(layer("d/fifo").c_str(), 0604), 0);
  link("d/link", "file");
  ASSERT_EQ(::lchown(layer("d/link").c_str(), 7, 8), 0);
  const timespec times[2] = {{1, 5}, {1'000'000, 123'456'789}};
  for (const auto& name : {file, layer("d/link"), in})
    ASSERT_EQ(::utimensat(AT_FDCWD, name.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  ASSERT_EQ(::chmod(in.c_str(), 01750), 0);
  copy();
  EXPECT_EQ(stat("d/file").st_uid, 5U);
  EXPECT_EQ(stat("d/file").st_gid, 6U);
  EXPECT_EQ(stat("d/file").st_mode & 07777, 06755U);
  char value[20] = {};
  EXPECT_EQ(::getxattr(path("d/file").c_str(), "user.note", value, sizeof value), 5);
  EXPECT_EQ(::getxattr(path("d/file").c_str(), "security.capability", value, sizeof value), 20);
  EXPECT_EQ(stat("d/null").st_rdev, ::makedev(1, 3));
  EXPECT_EQ(stat("d/fifo").st_mode, S_IFIFO | 0604U);
  EXPECT_EQ(stat("d/link").st_uid, 7U);
  EXPECT_EQ(stat("d").st_mode & 07777, 01750U);
  for (const char* name : {"d/file", "d/link", "d"}) {
    EXPECT_EQ(stat(name).st_mtim.tv_sec, 1'000'000) << name;
    EXPECT_EQ(stat(name).st_mtim.tv_nsec, 123'456'789) << name;
  }
}

TEST_F(MergedCopy, OwnersAreThoseOfTheContainersIds) {
  layer();
  put("root");
  put("user");
  put("nobody");
  ASSERT_EQ(::chown(layer("user").c_str(), 10, 20), 0);
  ASSERT_EQ(::chown(layer("nobody").c_str(), 5000, 5000), 0);
  copy(base::IdMapping{{{0, 100000, 100}}, {{0, 200000, 100}}});
  EXPECT_EQ(stat("root").st_uid, 100000U);
  EXPECT_EQ(stat("user").st_uid, 100010U);
  EXPECT_EQ(stat("user").st_gid, 200020U);
  EXPECT_EQ(stat("nobody").st_uid, base::kOverflowId);
  EXPECT_EQ(stat("").st_uid, 100000U);
}

TEST_F(MergedCopy, HolesStayHoles) {
  layer();
  constexpr off_t kSize = 64 << 20;
  for (const char* name : {"middle", "empty"}) {
    const auto fd = base::open_file(layer(name), O_WRONLY | O_CREAT, 0644);
    ASSERT_EQ(::ftruncate(fd.get(), kSize), 0);
    if (std::string(name) == "empty") continue;
    ASSERT_EQ(::pwrite(fd.get(), "data", 4, kSize / 2), 4);
  }
  copy();
  EXPECT_EQ(stat("middle").st_size, kSize);
  EXPECT_EQ(stat("empty").st_size, kSize);
  EXPECT_LT(stat("middle").st_blocks * 512, 1 << 20);
  const auto fd = base::open_file(path("middle"), O_RDONLY);
  char text[4] = {};
  ASSERT_EQ(::pread(fd.get(), text, 4, kSize / 2), 4);
  EXPECT_EQ(std::string(text, 4), "data");
}

TEST_F(MergedCopy, WhatIsCopiedToAnotherFileSystemIsWhole) {
  layer();
  const std::string big(3'000'001, 'b');
  put("big", big);
  base::make_directory(to_);
  ASSERT_EQ(::mount("tmpfs", to_.c_str(), "tmpfs", 0, nullptr), 0);
  base::make_directory(to_ + "/copy");
  copy_merged(tree(), to_ + "/copy", std::nullopt);
  const bool same = base::read_file(to_ + "/copy/big") == big;
  ::umount2(to_.c_str(), MNT_DETACH);
  EXPECT_TRUE(same);
}

TEST_F(MergedCopy, ADeepTreeNeedsNoDescriptorForEachLevel) {
  layer();
  std::string deep;
  for (int i = 0; i < 1500; ++i) deep += "d/";
  put(deep + "file");
  copy();
  EXPECT_TRUE(base::exists(path(deep + "file")));
}

}  // namespace
}  // namespace storage
