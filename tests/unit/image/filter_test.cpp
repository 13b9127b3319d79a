// SPDX-License-Identifier: Apache-2.0
#include "image/filter.hpp"

#include <gmock/gmock.h>

#include "tests/unit/image/store_fixture.hpp"

namespace image {

namespace {

using testing::ElementsAre;

class FilterTest : public ImageStoreTest {
 protected:
  /// Config times of what passes.
  std::vector<std::string> select_by(const std::vector<std::string>& words,
                                     FilterKeys keys = FilterKeys::list) {
    std::vector<std::string> years;
    for (const auto& listed : select(images_, parse_filter(words, keys, base::now()))) {
      years.push_back(base::rfc3339(listed.image.created).substr(0, 4));
    }
    return years;
  }
};

TEST_F(FilterTest, RefusesUnknownKeysAndValues) {
  EXPECT_EQ(error_of([&] { select_by({"nosuch=1"}); }), "invalid filter 'nosuch'");
  EXPECT_EQ(error_of([&] { select_by({"dangling=maybe"}); }), "invalid filter 'dangling=[maybe]'");
  EXPECT_EQ(error_of([&] { select_by({"until=yesterday"}); }),
            "invalid filter 'until=[yesterday]'");
  EXPECT_EQ(error_of([&] { select_by({"before=nosuch:1"}); }), "No such image: nosuch:1");
  EXPECT_EQ(error_of([&] { select_by({"reference=x"}, FilterKeys::prune); }),
            "invalid filter 'reference'");
  EXPECT_EQ(error_of([&] { select_by({"id=x"}); }), "invalid filter 'id'");
  EXPECT_NE(error_of([&] { select_by({"dangling"}); }), "no error");
}

TEST_F(FilterTest, ChoosesByTimeNameAndLabel) {
  add({.names = {"a:1"},
       .layers = {"1"},
       .created = "2020-01-01T00:00:00Z",
       .labels = {{"k", "v"}, {"x", "y"}}});
  add({.names = {"a:2"},
       .layers = {"2"},
       .created = "2021-01-01T00:00:00Z",
       .labels = {{"k", "w"}}});
  const Image last = add({.layers = {"3"}, .created = "2022-01-01T00:00:00Z"});
  add_container("c1", last);
  EXPECT_THAT(select_by({}), ElementsAre("2022", "2021", "2020"));
  EXPECT_THAT(select_by({"before=a:2"}), ElementsAre("2020"));
  EXPECT_THAT(select_by({"since=a:1"}), ElementsAre("2022", "2021"));
  EXPECT_THAT(select_by({"until=2021-06-01"}), ElementsAre("2021", "2020"));
  EXPECT_THAT(select_by({"dangling=true"}), ElementsAre("2022"));
  EXPECT_THAT(select_by({"dangling=false"}), ElementsAre("2021", "2020"));
  EXPECT_THAT(select_by({"label=k"}), ElementsAre("2021", "2020"));
  EXPECT_THAT(select_by({"label=k=v"}), ElementsAre("2020"));
  EXPECT_THAT(select_by({"label=k", "label=x=y"}), ElementsAre("2020"));
  EXPECT_THAT(select_by({"reference=a:1", "reference=nosuch"}), ElementsAre("2020"));
  EXPECT_THAT(select_by({"containers=true"}, FilterKeys::list_podman), ElementsAre("2022"));
  EXPECT_THAT(select_by({"id=" + last.id.substr(7, 9)}, FilterKeys::list_podman),
              ElementsAre("2022"));
}

TEST_F(FilterTest, ListsOnlyTheNamesThatMatch) {
  add({.names = {"team/one:1", "team/one:2", "other"}});
  const auto rows =
      select(images_, parse_filter({"reference=team/*"}, FilterKeys::list, base::now()));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0].names, ElementsAre("docker.io/team/one:1", "docker.io/team/one:2"));
}

TEST_F(FilterTest, MatchesAsDockerDoes) {
  EXPECT_TRUE(matches_reference("busybox", "docker.io/library/busybox:1"));
  EXPECT_TRUE(matches_reference("busybox:*", "docker.io/library/busybox:1"));
  EXPECT_TRUE(matches_reference("b?sy*", "docker.io/library/busybox:1"));
  EXPECT_TRUE(matches_reference("docker.io/library/busybox", "docker.io/library/busybox:1"));
  EXPECT_FALSE(matches_reference("*", "docker.io/team/app:1")) << "a star does not cross a slash";
  EXPECT_TRUE(matches_reference("*/*", "docker.io/team/app:1"));
  EXPECT_FALSE(matches_reference("busybox:2", "docker.io/library/busybox:1"));
}

}  // namespace

}  // namespace image
