// SPDX-License-Identifier: Apache-2.0
#include "container/copy_rules.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace container {
namespace {

CopyEnd file(const std::string& path) {
  return {path, true, false};
}

CopyEnd directory(const std::string& path) {
  return {path, true, true};
}

CopyEnd nothing(const std::string& path) {
  return {path, false, false};
}

std::string refusal(const CopyEnd& source, const CopyEnd& target) {
  try {
    plan_copy(source, "name", target);
  } catch (const base::Error& e) {
    return e.message();
  }
  return "";
}

TEST(CopyRules, RefuseADirectoryInAFilesPlace) {
  EXPECT_EQ(refusal(directory("/d"), file("/f")), "cannot copy directory");
}

TEST(CopyRules, RefuseAFileInADirectoryThatIsNotThere) {
  EXPECT_EQ(refusal(file("/f"), nothing("/no/")), "no such directory");
  EXPECT_EQ(refusal(file("/f"), nothing("/no/.")), "no such directory");
}

TEST(CopyRules, PutThingsIntoADirectoryUnderTheirOwnNames) {
  const auto plan = plan_copy(file("/f"), "f", directory("/tmp"));
  EXPECT_EQ(plan.directory, "/tmp");
  EXPECT_EQ(plan.entry, "f");
  EXPECT_EQ(plan_copy(directory("/d/."), ".", directory("/tmp")).entry, ".");
}

TEST(CopyRules, TakeTheNameOfWhatIsNotThereYet) {
  const auto plan = plan_copy(directory("/d"), "d", nothing("/tmp/new/"));
  EXPECT_EQ(plan.directory, "/tmp");
  EXPECT_EQ(plan.entry, "new");
  EXPECT_EQ(plan_copy(file("/f"), "f", file("/g")).directory, "/");
}

TEST(CopyRules, SplitPathsAtTheirLastName) {
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(split_entry("/a/b/"), Pair("/a", "b"));
  EXPECT_EQ(split_entry("/a/b/."), Pair("/a/b", "."));
  EXPECT_EQ(split_entry("/a"), Pair("/", "a"));
}

TEST(CopyRules, TellContainersFromPaths) {
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(split_copy_word("c:/x"), Pair("c", "/x"));
  EXPECT_EQ(split_copy_word("c:x:y"), Pair("c", "x:y"));
  EXPECT_EQ(split_copy_word("/a:b"), Pair("", "/a:b"));
  EXPECT_EQ(split_copy_word("./a:b"), Pair("", "./a:b"));
  EXPECT_EQ(split_copy_word("-"), Pair("", "-"));
}

}  // namespace
}  // namespace container
