// SPDX-License-Identifier: Apache-2.0
#include "storage/roots.hpp"

#include <sys/mount.h>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "storage/place.hpp"
#include "storage/store.hpp"
#include "tests/support/as_user.hpp"

namespace storage {
namespace {

using ::testing::HasSubstr;

template <typename Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::denied);
    return e.message();
  }
  return "";
}

TEST(ClaimPrivateDirectory, RefusesWhatOthersControl) {
  const base::TempDir dir("/tmp", "berth-test");
  const std::string path = dir.path() + "/run";
  const auto claim = [&] { claim_private_directory(path); };
  ASSERT_EQ(::symlink("/tmp", path.c_str()), 0);
  EXPECT_THAT(refusal(claim), HasSubstr("no directory"));
  ASSERT_EQ(::unlink(path.c_str()), 0);
  base::make_directory(path, 0770);
  EXPECT_THAT(refusal(claim), HasSubstr("others may write"));
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    EXPECT_THAT(refusal(claim), HasSubstr("belongs to somebody else"));
  }
}

TEST(ClaimPrivateDirectory, MakesItOnceAndKeepsIt) {
  const base::TempDir dir("/tmp", "berth-test");
  claim_private_directory(dir.path() + "/run");
  claim_private_directory(dir.path() + "/run");
  EXPECT_EQ(base::find_stat(dir.path() + "/run")->st_mode & 0777, 0700u);
}

class DefaultRoots : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!support::can_be_user()) GTEST_SKIP() << "needs root, newuidmap and newgidmap";
  }

  /// "GRAPHROOT RUNROOT" for a user with this environment.
  std::string roots(const support::UserHome& home,
                    const std::vector<std::pair<const char*, std::string>>& variables) {
    base::Pipe pipe = base::make_pipe();
    EXPECT_EQ(home.run([&] {
      for (const char* name : {"HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"}) ::unsetenv(name);
      for (const auto& [name, value] : variables) ::setenv(name, value.c_str(), 1);
      base::write_full(pipe.write.get(), default_graphroot() + " " + default_runroot());
      return 0;
    }),
              0);
    pipe.write.reset();
    return base::read_rest(pipe.read.get());
  }
};

const std::string kFallback = "/tmp/berth-run-" + std::to_string(support::kUser);

TEST_F(DefaultRoots, FollowTheEnvironment) {
  const support::UserHome home;
  EXPECT_EQ(roots(home, {{"XDG_DATA_HOME", "/data"}, {"XDG_RUNTIME_DIR", home.home()}}),
            "/data/berth " + home.home() + "/berth");
  EXPECT_EQ(roots(home, {{"HOME", "/h"}, {"XDG_RUNTIME_DIR", home.home()}}),
            "/h/.local/share/berth " + home.home() + "/berth");
}

TEST_F(DefaultRoots, NeedNoEnvironment) {
  const support::UserHome home;
  EXPECT_EQ(roots(home, {}), home.home() + "/.local/share/berth " + kFallback);
  base::remove_tree(kFallback);
}

TEST_F(DefaultRoots, IgnoreTheRuntimeDirectoryOfSomebodyElse) {
  const support::UserHome home;
  EXPECT_EQ(roots(home, {{"HOME", "relative"}, {"XDG_RUNTIME_DIR", "/root"}}),
            home.home() + "/.local/share/berth " + kFallback);
  base::remove_tree(kFallback);
}

TEST(CheckPlace, NamesWhatIsWrongWithAFileSystem) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const base::TempDir dir("/tmp", "berth-test");
  ASSERT_EQ(::mount("tmpfs", dir.path().c_str(), "tmpfs", 0, nullptr), 0);
  for (const char* name : {"/lower", "/upper", "/work", "/merged"})
    base::make_directory(dir.path() + name);
  const std::string options = "lowerdir=" + dir.path() + "/lower,upperdir=" + dir.path() +
                              "/upper,workdir=" + dir.path() + "/work";
  ASSERT_EQ(::mount("overlay", (dir.path() + "/merged").c_str(), "overlay", 0, options.c_str()), 0);
  const std::string store = dir.path() + "/merged/not/there/yet";
  EXPECT_THAT(refusal([&] { check_place(store, Driver::overlay); }), HasSubstr("on an overlay"));
  EXPECT_THAT(refusal([&] { Store(store, dir.path() + "/run").database(); }),
              HasSubstr("on an overlay"));
  EXPECT_FALSE(carries_overlay(store));
  check_place(store, Driver::vfs);
  {
    StoreChoices vfs;
    vfs.driver = Driver::vfs;
    Store copying(store, dir.path() + "/run", vfs);
    copying.database();
    EXPECT_EQ(copying.layer_attributes(), Attributes::none);
    // Later commands need not be told.
    StoreChoices choices;
    choices.usual_places = false;
    EXPECT_EQ(Store(store, dir.path() + "/run", choices).driver(), Driver::vfs);
  }
  ::umount((dir.path() + "/merged").c_str());
  EXPECT_TRUE(carries_overlay(store));
  check_place(store, Driver::overlay);
  ASSERT_EQ(::mount("", dir.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  EXPECT_THAT(refusal([&] { check_place(store, Driver::overlay); }),
              HasSubstr("read-only file system"));
  ::umount(dir.path().c_str());
}

}  // namespace
}  // namespace storage
