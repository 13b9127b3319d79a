// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/spec/spec.hpp"

namespace container {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

MountOption tmpfs(std::vector<std::string> options) {
  MountOption option;
  option.type = "tmpfs";
  option.target = "/t";
  option.options = std::move(options);
  return option;
}

TEST(SpecMount, RefusesOptionsThatTmpfsDoesNotHave) {
  for (const char* bad : {"nosuch", "size", "sizes=1", "nosuch=1", ""}) {
    try {
      spec_mount(tmpfs({bad}), "");
      ADD_FAILURE() << bad;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.message(), std::string("invalid tmpfs option [\"") + bad + "\"]");
      EXPECT_EQ(error.kind(), base::Kind::usage);
    }
  }
}

TEST(SpecMount, MergesTmpfsOptionsSoThatTheLastWins) {
  EXPECT_THAT(spec_mount(tmpfs({}), "").options,
              ElementsAre("noexec", "nosuid", "nodev", "rprivate"));
  EXPECT_THAT(spec_mount(tmpfs({"tmpcopyup"}), "").options, Contains("tmpcopyup"));
  EXPECT_THAT(spec_mount(tmpfs({"tmpcopyup", "notmpcopyup"}), "").options,
              Not(Contains(HasSubstr("copyup"))));
  EXPECT_THAT(spec_mount(tmpfs({"exec", "size=1m", "size=64k", "rw", "ro"}), "").options,
              ElementsAre("nosuid", "nodev", "rprivate", "exec", "size=64k", "ro"));
}

TEST(SpecMount, TurnsFieldsIntoTmpfsOptions) {
  MountOption option = tmpfs({});
  option.read_only = true;
  option.size = 1 << 20;
  option.mode = 01777;
  const auto mount = spec_mount(option, "");
  EXPECT_EQ(mount.type, "tmpfs");
  EXPECT_THAT(
      mount.options,
      ElementsAre("noexec", "nosuid", "nodev", "rprivate", "ro", "mode=1777", "size=1048576"));
}

TEST(SpecMount, BindsWithRecursionAndPropagation) {
  MountOption option;
  option.type = "bind";
  option.target = "/m";
  EXPECT_THAT(spec_mount(option, "/slot").options, ElementsAre("rbind", "rprivate"));
  option.read_only = true;
  option.propagation = "rslave";
  EXPECT_THAT(spec_mount(option, "/slot").options, ElementsAre("rbind", "rro", "rslave"));
  option.read_only_recursive = false;
  EXPECT_THAT(spec_mount(option, "/slot").options, ElementsAre("rbind", "ro", "rslave"));
  option.recursive = false;
  option.read_only_recursive = true;
  option.options = {"nosuid"};
  EXPECT_THAT(spec_mount(option, "/slot").options, ElementsAre("bind", "ro", "rslave", "nosuid"));
}

}  // namespace
}  // namespace container
