// SPDX-License-Identifier: Apache-2.0
#include "container/labels.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"

namespace container {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const LabelContexts kContexts{"system_u:system_r:container_t:s0",
                              "system_u:object_r:container_file_t:s0",
                              "system_u:system_r:container_init_t:s0"};

using Words = std::vector<std::string>;

Labels compose(const Words& options, bool is_init = false) {
  return compose_labels(kContexts, options, "s0:c1,c2", is_init);
}

std::string refusal(const std::string& option) {
  try {
    check_label_option(option);
  } catch (const base::Error& error) {
    return error.message();
  }
  return {};
}

TEST(Label, HasFourPartsAndALevelMayHaveColons) {
  const auto label = parse_label("u:r:t:s0-s15:c0.c1023");
  ASSERT_TRUE(label);
  EXPECT_EQ(label->user, "u");
  EXPECT_EQ(label->role, "r");
  EXPECT_EQ(label->type, "t");
  EXPECT_EQ(label->level, "s0-s15:c0.c1023");
  EXPECT_EQ(label->text(), "u:r:t:s0-s15:c0.c1023");
}

TEST(Label, MayHaveNoLevel) {
  ASSERT_TRUE(parse_label("u:r:t"));
  EXPECT_EQ(parse_label("u:r:t")->text(), "u:r:t");
  EXPECT_EQ(shared_label("u:r:t"), "u:r:t");
}

TEST(Label, IsNoneWithFewerPartsOrOtherLetters) {
  for (const char* text : {"", "kernel", "u:r", "u:r:", "::t", "u:r:t\":s0", "u:r:t:s0 x"})
    EXPECT_FALSE(parse_label(text)) << text;
}

TEST(Label, IsSharedWithoutCategories) {
  EXPECT_EQ(shared_label("u:r:t:s0:c1,c2"), "u:r:t:s0");
}

TEST(LabelContexts, AreReadWithOrWithoutQuotesAndComments) {
  const auto contexts = parse_label_contexts(
      "# a comment\n; another one\n\nprocess = \"u:r:p:s0\"\ncontent = \"u:r:x:s0\"\n"
      "  file=u:object_r:f:s0  \ninit_process = \"u:r:i:s0\"\nnonsense\n");
  EXPECT_EQ(contexts.process, "u:r:p:s0");
  EXPECT_EQ(contexts.file, "u:object_r:f:s0");
  EXPECT_EQ(contexts.init, "u:r:i:s0");
  EXPECT_THROW(parse_label_contexts("file = \"nothing\"\n"), base::Error);
}

/// A host of our own making.
class LabelHost : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    base::make_directories(root() + path.substr(0, path.rfind('/')));
    base::write_file(root() + path, text);
  }

  void enforce() {
    write("/sys/fs/selinux/enforce", "0");
    write("/proc/self/attr/current",
          std::string("unconfined_u:unconfined_r:unconfined_t:s0\0", 42));
  }

  const std::string& root() const { return directory_.path(); }

  base::TempDir directory_{"/tmp", "berth-labels"};
};

TEST_F(LabelHost, HasSelinuxWhenAPolicyIsLoaded) {
  EXPECT_FALSE(has_selinux(root()));
  write("/sys/fs/selinux/enforce", "0");
  write("/proc/self/attr/current", std::string("kernel\0", 7));
  EXPECT_FALSE(has_selinux(root()));
  EXPECT_FALSE(label_contexts(root()));
  enforce();
  EXPECT_TRUE(has_selinux(root()));
}

TEST_F(LabelHost, NamesThePolicyWhoseContextsAreRead) {
  enforce();
  write("/etc/selinux/config", "# SELINUXTYPE=not\nSELINUX=permissive\nSELINUXTYPE=default\n");
  EXPECT_FALSE(label_contexts(root()));
  write("/etc/selinux/default/contexts/lxc_contexts",
        "process = \"u:r:p:s0\"\nfile = \"u:r:f:s0\"\n");
  ASSERT_TRUE(label_contexts(root()));
  EXPECT_EQ(label_contexts(root())->process, "u:r:p:s0");
  write("/usr/share/containers/selinux/contexts", "process = \"u:r:q:s0\"\nfile = \"u:r:f:s0\"\n");
  EXPECT_EQ(label_contexts(root())->process, "u:r:q:s0");
}

TEST(ComposedLabels, HaveTheirOwnCategories) {
  const auto labels = compose({});
  EXPECT_EQ(labels.process, "system_u:system_r:container_t:s0:c1,c2");
  EXPECT_EQ(labels.mount, "system_u:object_r:container_file_t:s0:c1,c2");
}

TEST(ComposedLabels, HaveNoneWhereThePolicyHasNoLevels) {
  const auto labels = compose_labels({"u:r:p", "u:o:f", ""}, {}, "s0:c1,c2");
  EXPECT_EQ(labels.process, "u:r:p");
  EXPECT_EQ(labels.mount, "u:o:f");
}

TEST(ComposedLabels, FollowTheOptions) {
  const auto labels =
      compose({"type:my_t", "level:s0:c5,c6", "user:me", "role:mine", "filetype:f"});
  EXPECT_EQ(labels.process, "me:mine:my_t:s0:c5,c6");
  EXPECT_EQ(labels.mount, "me:object_r:f:s0:c5,c6");
}

TEST(ComposedLabels, AreOffWithDisable) {
  const auto labels = compose({"type:my_t", "disable"});
  EXPECT_EQ(labels.process, "");
  EXPECT_EQ(labels.mount, "system_u:object_r:container_file_t:s0:c1022,c1023");
}

TEST(ComposedLabels, KnowSystemdUnlessATypeIsGiven) {
  EXPECT_EQ(compose({}, true).process, "system_u:system_r:container_init_t:s0:c1,c2");
  EXPECT_EQ(compose({"type:x"}, true).process, "system_u:system_r:x:s0:c1,c2");
}

TEST(ComposedLabels, CanBeThoseOfAnotherContainer) {
  const std::string other = "a:b:c:s0:c7,c9";
  EXPECT_THAT(same_label(other), ElementsAre("user:a", "role:b", "type:c", "level:s0:c7,c9"));
  EXPECT_EQ(compose(same_label(other)).process, other);
  EXPECT_THAT(same_label(""), IsEmpty());
}

TEST(LabelOptions, AreCheckedInTheEnginesWords) {
  for (const char* option : {"disable", "type:a_t", "level:s0-s0:c0.c1023", "filetype:f_t"})
    EXPECT_EQ(refusal(option), "") << option;
  EXPECT_EQ(refusal("nonsense"),
            "bad label option \"nonsense\", valid options 'disable' or 'user, role, level, type, "
            "filetype' followed by ':' and a value");
  EXPECT_EQ(refusal("colour:red"),
            "bad label option \"colour:red\", valid options 'disable, user, role, level, type, "
            "filetype'");
  EXPECT_EQ(refusal("type:"), "bad label option \"type:\": no type");
  EXPECT_EQ(refusal("type:a:b"), "bad label option \"type:a:b\": no type");
  EXPECT_EQ(refusal("level:s0\",x"), "bad label option \"level:s0\",x\": no level");
}

TEST(RandomLevel, IsTwoDifferentCategoriesTheSmallerFirst) {
  std::vector<std::uint32_t> numbers{2047, 7, 5, 5};  // taken from the back
  const auto next = [&] {
    const auto number = numbers.back();
    numbers.pop_back();
    return number;
  };
  EXPECT_EQ(random_level(next), "s0:c7,c1023");
}

}  // namespace

}  // namespace container
