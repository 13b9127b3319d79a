// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/storage/layer/layer_fixture.hpp"

namespace {

using storage::Attributes;
using namespace test;

class Fixup : public LayerTest {
 protected:
  void add(std::initializer_list<Item> items) {
    const auto layer = unpack(items);
    diffs_.push_back(layer_ + "/diff");
    implicit_.push_back(layer.implicit_directories);
  }

  bool fix() { return storage::write_fixup(diffs_, implicit_, fresh()); }

  std::vector<std::string> diffs_;
  std::vector<std::vector<std::string>> implicit_;
};

TEST_F(Fixup, IsNotMadeWhenNothingDiffers) {
  EXPECT_FALSE(fix());
  add({directory("./"), directory("a"), file("a/x")});
  add({file("a/y"), file("b/z")});
  EXPECT_FALSE(fix());
  EXPECT_FALSE(exists(""));
}

TEST_F(Fixup, BringsBackModeOwnerAndAttributesOfTheLowerLayer) {
  add({directory("./", 0555),
       directory("a", 0711),
       owned(with_xattr(directory("a/b", 01777), "trusted.x", "y"), 7, 8)});
  add({file("a/b/new")});
  ASSERT_TRUE(fix());
  EXPECT_EQ(mode("a/b"), 01777U);
  EXPECT_EQ(status("a/b").st_uid, 7U);
  EXPECT_EQ(status("a/b").st_gid, 8U);
  EXPECT_EQ(xattr("a/b", "trusted.x"), "y");
  EXPECT_EQ(status("a/b").st_mtim.tv_sec, 1'600'000'000);
  // Those above it are the highest of their names now, too.
  EXPECT_EQ(mode("a"), 0711U);
  EXPECT_EQ(mode(""), 0555U);
}

TEST_F(Fixup, TakesTheHighestLayerThatSaysSomething) {
  add({directory("a", 0700)});
  add({directory("a", 0711)});
  add({file("a/x")});
  add({file("a/y")});
  ASSERT_TRUE(fix());
  EXPECT_EQ(mode("a"), 0711U);
}

TEST_F(Fixup, IsNotNeededWhenAHigherLayerSaysMore) {
  add({directory("a", 0700)});
  add({file("a/x")});
  add({directory("a", 0777)});
  EXPECT_FALSE(fix());
}

TEST_F(Fixup, ADirectoryThatWasHiddenInBetweenIsANewOne) {
  add({directory("a", 0700),
       directory("b", 0700),
       directory("c", 0700),
       directory("c/d", 0700),
       directory("e", 0700)});
  add({file(".wh.a"), file("b/.wh..wh..opq"), file("c/.wh..wh..opq"), file("e")});
  add({file("a/x"), file("b/x"), file("c/d/x")});
  // b and c are shown as the second layer made them, without an entry: new since it is opaque there.
  EXPECT_FALSE(fix());
}

}  // namespace
