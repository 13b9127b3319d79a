// SPDX-License-Identifier: Apache-2.0
// Whatever a tar says, nothing outside of diff/ is touched (each test checks a canary at its end).
#include "tests/unit/storage/layer/layer_fixture.hpp"

namespace {

using storage::TarType;
using testing::HasSubstr;
using namespace test;

class LayerConfinement : public LayerTest {};

TEST_F(LayerConfinement, RefusesNamesThatLeadOut) {
  for (const std::string name :
       {"../outside", "a/../../outside", "/../outside", "..", "./..//outside"}) {
    EXPECT_THAT(refusal({file(name, "gotcha")}), HasSubstr("leads out of the layer")) << name;
    EXPECT_THAT(refusal({directory(name)}), HasSubstr("leads out of the layer")) << name;
    EXPECT_THAT(refusal({soft_link(name, "x")}), HasSubstr("leads out of the layer")) << name;
  }
}

TEST_F(LayerConfinement, RefusesHardLinksToWhatIsNotInTheLayer) {
  EXPECT_THAT(refusal({hard_link("a", "../../outside")}), HasSubstr("leads out of the layer"));
  EXPECT_THAT(refusal({hard_link("a", outside())}), HasSubstr("not in the layer"));
  EXPECT_THAT(refusal({hard_link("a", "b")}), HasSubstr("which is not in the layer"));
  EXPECT_THAT(refusal({hard_link("a", "")}), HasSubstr("which is not in the layer"));
  EXPECT_THAT(refusal({soft_link("up", temp_.path()), hard_link("a", "up/outside")}),
              HasSubstr("not in the layer"));
  EXPECT_THAT(refusal({directory("d"), hard_link("a", "d")}), HasSubstr("a directory"));
}

TEST_F(LayerConfinement, RefusesAHardLinkThatReplacesItsTarget) {
  EXPECT_THAT(refusal({directory("a"), file("a/b", "x"), hard_link("a", "a/b")}),
              HasSubstr("cannot be made"));
}

TEST_F(LayerConfinement, FollowsParentsThatAreLinksWithTheLayerAsRoot) {
  for (const std::string& target : std::vector<std::string>{
           temp_.path(), "../.." + temp_.path(), "../../../../../../" + temp_.path()}) {
    unpack({soft_link("link", target), file("link/outside", "inside")});
    EXPECT_EQ(content(temp_.path().substr(1) + "/outside"), "inside");
  }
}

TEST_F(LayerConfinement, FollowsLinksWithinTheLayer) {
  unpack({directory("usr"),
          directory("usr/lib"),
          soft_link("lib", "usr/lib"),
          soft_link("usr/lib64", "../lib"),
          file("lib/a", "1"),
          file("usr/lib64/b", "2"),
          directory("lib/d", 0700),
          hard_link("hard", "usr/lib64/a")});
  EXPECT_EQ(content("usr/lib/a"), "1");
  EXPECT_EQ(content("usr/lib/b"), "2");
  EXPECT_EQ(mode("usr/lib/d"), 0700U);
  EXPECT_EQ(status("hard").st_ino, status("usr/lib/a").st_ino);
  EXPECT_TRUE(S_ISLNK(status("lib").st_mode));
}

TEST_F(LayerConfinement, MakesTheTargetOfADanglingParentLink) {
  unpack({soft_link("lib", "/usr/lib"), file("lib/a", "1")});
  EXPECT_EQ(content("usr/lib/a"), "1");
}

TEST_F(LayerConfinement, RefusesLinksInACircle) {
  EXPECT_THAT(refusal({soft_link("a", "b"), soft_link("b", "a"), file("a/x", "")}),
              HasSubstr("too many symlinks"));
}

TEST_F(LayerConfinement, RefusesAParentThatIsAFile) {
  EXPECT_THAT(refusal({file("a", "x"), file("a/b", "y")}), HasSubstr("needed as a directory"));
}

TEST_F(LayerConfinement, ReplacesALinkInsteadOfWritingThroughIt) {
  unpack({soft_link("a", outside()), file("a", "new")});
  EXPECT_EQ(content("a"), "new");
  EXPECT_TRUE(S_ISREG(status("a").st_mode));
  unpack({soft_link("a", temp_.path()), directory("a"), file("a/outside", "inside")});
  EXPECT_EQ(content("a/outside"), "inside");
}

TEST_F(LayerConfinement, GivesMetadataToLinksAndNotToTheirTargets) {
  const struct stat before = base::stat_of(base::open_file(outside(), O_RDONLY).get(), "outside");
  Item link = with_xattr(owned(soft_link("a", outside()), 4000, 4001), "trusted.mark", "1");
  unpack(tar_of({link}));
  const struct stat after = base::stat_of(base::open_file(outside(), O_RDONLY).get(), "outside");
  EXPECT_EQ(status("a").st_uid, 4000U);
  EXPECT_EQ(status("a").st_gid, 4001U);
  EXPECT_EQ(xattr("a", "trusted.mark"), "1");
  EXPECT_EQ(before.st_uid, after.st_uid);
  EXPECT_EQ(before.st_ctim.tv_nsec, after.st_ctim.tv_nsec);
}

TEST_F(LayerConfinement, TakesAbsoluteAndUntidyNamesAsBelowTheRoot) {
  unpack({file("/etc/a", "1"), file("./b//c/./d", "2"), file("e/../f", "3"), directory("///g///")});
  EXPECT_EQ(content("etc/a"), "1");
  EXPECT_EQ(content("b/c/d"), "2");
  EXPECT_EQ(content("f"), "3");
  EXPECT_FALSE(exists("e"));
  EXPECT_TRUE(exists("g"));
}

TEST_F(LayerConfinement, RefusesARootThatIsNoDirectory) {
  for (const std::string name : {".", "/", "a/..", "./"}) {
    EXPECT_THAT(refusal({file(name, "x")}), HasSubstr("root is not a directory")) << name;
    EXPECT_THAT(refusal({soft_link(name, "/etc")}), HasSubstr("root is not a directory")) << name;
    EXPECT_THAT(refusal({file("x"), hard_link(name, "x")}), HasSubstr("root is not a directory"))
        << name;
    EXPECT_THAT(refusal({node(TarType::fifo, name)}), HasSubstr("root is not a directory")) << name;
  }
}

TEST_F(LayerConfinement, RefusesNamesTheKernelDoesNotTake) {
  EXPECT_THAT(refusal({file(std::string(256, 'a'), "")}), HasSubstr("too long a name"));
  EXPECT_THAT(refusal({file(std::string(5000, 'a'), "")}), HasSubstr("too long a name"));
  std::string deep;
  for (int i = 0; i < 2100; ++i) deep += "a/";
  EXPECT_THAT(refusal({file(deep + "x", "")}), HasSubstr("too long a name"));
  EXPECT_THAT(refusal({soft_link("a", std::string(5000, 'b'))}), HasSubstr("cannot be made"));
  EXPECT_THAT(refusal({soft_link("a", "")}), HasSubstr("cannot be made"));
  EXPECT_THAT(refusal({file(std::string("a\0b", 3) + std::string(200, 'c'), "")}),
              HasSubstr("contains a NUL"));
}

TEST_F(LayerConfinement, TakesNamesAsDeepAsTheyGo) {
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "a/";
  const auto layer = unpack({file(deep + "x", "deep")});
  EXPECT_EQ(layer.implicit_directories.size(), 2001U);
  const auto top = base::open_file(path(""), O_RDONLY | O_DIRECTORY);
  EXPECT_EQ(base::read_rest(base::open_at(top.get(), deep + "x", O_RDONLY).get()), "deep");
}

TEST_F(LayerConfinement, TakesNamesOfAnyBytes) {
  const std::string name = "\x01\n\xff\xfe \xc3\xa4*";
  unpack({file(name, "x"), soft_link("link", name)});
  EXPECT_EQ(content(name), "x");
}

TEST_F(LayerConfinement, BoundsDirectoriesWithoutEntries) {
  storage::LayerLimits limits;
  limits.entries = 10;
  std::string deep;
  for (int i = 0; i < 11; ++i) deep += "a/";
  EXPECT_THAT(refusal(tar_of({file(deep + "x")}), limits), HasSubstr("no entry of their own"));
}

TEST_F(LayerConfinement, DoesNotFollowALinkThatAReplacedDirectoryBecame) {
  unpack({directory("a"), file("a/x", "1"), soft_link("a", temp_.path()), file("a/outside", "2")});
  EXPECT_EQ(content(temp_.path().substr(1) + "/outside"), "2");
}

}  // namespace
