// SPDX-License-Identifier: Apache-2.0
#include "base/user_namespace.hpp"

#include <csignal>
#include <set>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/user_namespace_records.hpp"
#include "tests/support/as_user.hpp"

namespace base {
namespace {

using support::kGroup;
using support::kUser;
using support::UserHome;
using ::testing::HasSubstr;

std::uint64_t current_namespace() {
  struct stat st {};

  if (::stat("/proc/self/ns/user", &st) < 0) sys_fail("stat");
  return st.st_ino;
}

class EnterUserNamespace : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!support::can_be_user())
      GTEST_SKIP() << "needs root, newuidmap, newgidmap, /etc/subuid and /etc/subgid";
  }

  /// What enter_user_namespace throws in a child with this home.
  std::string refusal(
      const UserHome& home,
      const std::function<void()>& prepare = [] {}) {
    Pipe pipe = make_pipe();
    const int code = home.run([&] {
      prepare();
      try {
        enter_user_namespace(home.home() + "/run");
      } catch (const Error& e) {
        write_full(pipe.write.get(), e.message());
        return e.kind() == Kind::denied ? 3 : 4;
      }
      return 0;
    });
    EXPECT_EQ(code, 3);
    pipe.write.reset();
    return read_rest(pipe.read.get());
  }
};

TEST_F(EnterUserNamespace, TellsWhatToDoWithoutSubordinateIds) {
  const UserHome home("other:100000:65536\n");
  const std::string words = refusal(home);
  EXPECT_THAT(words, HasSubstr("user someone has no subordinate ids"));
  EXPECT_THAT(words, HasSubstr("add a line someone:165536:65536 to /etc/subuid and /etc/subgid"));
  EXPECT_THAT(words,
              HasSubstr("usermod --add-subuids 165536-231071 --add-subgids 165536-231071 someone"));
}

TEST_F(EnterUserNamespace, TellsWhatToDoWithoutNewuidmap) {
  const UserHome home;
  const std::string words = refusal(home, [] { ::setenv("PATH", "/nonexistent", 1); });
  EXPECT_THAT(words, HasSubstr("newuidmap is not installed"));
  EXPECT_THAT(words, HasSubstr("apt install uidmap"));
}

TEST_F(EnterUserNamespace, RepeatsWhatNewuidmapSays) {
  // The files say one thing when we read them and another when newuidmap does: a map that it
  // refuses.
  const UserHome home;
  const std::string words = refusal(home, [&] {
    const std::string bin = home.home() + "/bin";
    make_directory(bin);
    write_file(bin + "/newuidmap", "#!/bin/sh\necho 'uid range not allowed' >&2; exit 1\n", 0755);
    ::setenv("PATH", (bin + ":/usr/bin:/bin").c_str(), 1);
  });
  EXPECT_THAT(words, HasSubstr("newuidmap failed: uid range not allowed"));
}

TEST_F(EnterUserNamespace, MakesUsRootWithMappedIds) {
  const UserHome home;
  const int code = home.run([&] {
    if (!is_rootless() || in_user_namespace() || outer_uid() != kUser) return 1;
    enter_user_namespace(home.home() + "/run");
    if (::geteuid() != 0 || ::getegid() != 0) return 2;
    if (!is_rootless() || !in_user_namespace()) return 3;
    if (outer_uid() != kUser || outer_gid() != kGroup) return 4;
    if (uid_map() != std::vector<IdRange>{{0, kUser, 1}, {1, 700000, 65536}}) return 5;
    write_file(home.home() + "/mine", "x");
    write_file(home.home() + "/theirs", "x");
    return ::chown((home.home() + "/theirs").c_str(), 1, 2) == 0 ? 0 : 6;
  });
  ASSERT_EQ(code, 0);
  EXPECT_EQ(find_stat(home.home() + "/mine")->st_uid, kUser);
  EXPECT_EQ(find_stat(home.home() + "/theirs")->st_uid, 700000u);
  EXPECT_EQ(find_stat(home.home() + "/theirs")->st_gid, 700001u);
  EXPECT_EQ(find_stat(home.home() + "/run")->st_mode & 0777, 0700u);
}

TEST_F(EnterUserNamespace, KeepsItsMountsFromTheHost) {
  const UserHome home;
  Pipe mounted = make_pipe(), checked = make_pipe();
  const pid_t pid = home.start([&] {
    enter_user_namespace(home.home() + "/run");
    make_directory(home.home() + "/mnt");
    if (::mount("tmpfs", (home.home() + "/mnt").c_str(), "tmpfs", 0, nullptr) < 0)
      sys_fail("mount");
    write_file(home.home() + "/mnt/inside", "x");
    write_full(mounted.write.get(), "x", 1);
    char byte;
    read_full(checked.read.get(), &byte, 1);
    return 0;
  });
  char byte = 0;
  mounted.write.reset();
  ASSERT_EQ(read_full(mounted.read.get(), &byte, 1), 1u);
  EXPECT_FALSE(exists(home.home() + "/mnt/inside"));
  write_full(checked.write.get(), "x", 1);
  EXPECT_EQ(UserHome::wait(pid), 0);
}

TEST_F(EnterUserNamespace, HappensOnceForAProcessAndItsChildren) {
  const UserHome home;
  EXPECT_EQ(home.run([&] {
    enter_user_namespace(home.home() + "/run");
    const auto first = current_namespace();
    enter_user_namespace(home.home() + "/run");
    return current_namespace() == first ? 0 : 1;
  }),
            0);
}

/// Processes that enter, tell their namespace and live until they are told to end.
class Members {
 public:
  explicit Members(const UserHome& home) : home_(home) {}

  void start() {
    pids_.push_back(home_.start([this] {
      end_.write.reset();
      enter_user_namespace(home_.home() + "/run");
      const auto ns = current_namespace();
      write_full(told_.write.get(), &ns, sizeof ns);
      char byte;
      read_full(end_.read.get(), &byte, 1);
      return 0;
    }));
  }

  std::uint64_t hear() {
    told_.write.reset();  // all are started: one that fails is the end of it, too
    std::uint64_t ns = 0;
    EXPECT_EQ(read_full(told_.read.get(), &ns, sizeof ns), sizeof ns);
    return ns;
  }

  void end() {
    end_.write.reset();
    for (const pid_t pid : pids_) EXPECT_EQ(UserHome::wait(pid), 0);
    pids_.clear();
  }

  const std::vector<pid_t>& pids() const { return pids_; }

 private:
  const UserHome& home_;
  Pipe told_ = make_pipe(), end_ = make_pipe();
  std::vector<pid_t> pids_;
};

TEST_F(EnterUserNamespace, GivesRacingCommandsOneNamespace) {
  const UserHome home;
  Members members(home);
  for (int i = 0; i < 20; ++i) members.start();
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 20; ++i) seen.insert(members.hear());
  members.end();
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(EnterUserNamespace, OutlivesTheCommandThroughARecordedProcess) {
  const UserHome home;
  Pipe told = make_pipe(), end = make_pipe();
  // The first command starts a child that stays (as a monitor does), records it and ends.
  const int code = home.run([&] {
    enter_user_namespace(home.home() + "/run");
    const pid_t monitor = ::fork();
    if (monitor == 0) {
      end.write.reset();
      told.write.reset();
      char byte;
      read_full(end.read.get(), &byte, 1);
      ::_exit(0);
    }
    record_user_namespace(home.home() + "/run", PidRef::of(monitor).value());
    const auto ns = current_namespace();
    write_full(told.write.get(), &ns, sizeof ns);
    return 0;
  });
  ASSERT_EQ(code, 0);
  std::uint64_t first = 0;
  read_full(told.read.get(), &first, sizeof first);
  const auto later = [&] {
    return home.run([&] {
      enter_user_namespace(home.home() + "/run");
      return current_namespace() == first ? 0 : 1;
    });
  };
  EXPECT_EQ(later(), 0);
  EXPECT_EQ(later(), 0);
  end.write.reset();
}

TEST_F(EnterUserNamespace, DoesNotJoinWhatIsNotOurs) {
  const UserHome home;
  make_directory(home.home() + "/run", 0700);
  ASSERT_EQ(::chown((home.home() + "/run").c_str(), kUser, kGroup), 0);
  // This test's own process lives, but in the host's namespace; the second has a start time of
  // another life.
  const auto self = PidRef::self();
  UserNamespaceRecords records(home.home() + "/run/userns");
  records.add(self);
  records.add({self.pid, self.start_time + 1});
  ASSERT_EQ(::chown((home.home() + "/run/userns").c_str(), kUser, kGroup), 0);
  EXPECT_EQ(home.run([&] {
    enter_user_namespace(home.home() + "/run");
    return ::geteuid() == 0 && uid_map().size() == 2 ? 0 : 1;
  }),
            0);
}

TEST(UserNamespaceRecords, IgnoresALineThatWasCutOff) {
  const TempDir dir("/tmp", "berth-test");
  const std::string path = dir.path() + "/userns";
  write_file(path, "garbage\n12 34\n56 7");
  UserNamespaceRecords records(path);
  std::vector<PidRef> seen;
  EXPECT_FALSE(records.find([&](const PidRef& p) {
    seen.push_back(p);
    return false;
  }));
  EXPECT_EQ(seen, (std::vector<PidRef>{{12, 34}}));
}

TEST(UserNamespaceRecords, DropsTheDeadWhenTheyAreMany) {
  const TempDir dir("/tmp", "berth-test");
  const std::string path = dir.path() + "/userns";
  UserNamespaceRecords records(path);
  for (int i = 0; i < 100; ++i) records.add({1, 1});
  records.add(PidRef::self());
  EXPECT_TRUE(records.find([](const PidRef& p) { return p == PidRef::self(); }));
  EXPECT_LT(read_file(path).size(), 40u);
}

TEST(UserNamespaceRecords, StaysShortBehindALongLife) {
  const TempDir dir("/tmp", "berth-test");
  const std::string path = dir.path() + "/userns";
  UserNamespaceRecords records(path);
  records.add(PidRef::self());
  for (int i = 0; i < 20000; ++i) records.add({1, 123456789});
  EXPECT_LE(read_file(path).size(), (std::size_t{1} << 16) + 64);
  EXPECT_TRUE(records.find([](const PidRef& p) { return p == PidRef::self(); }));
}

TEST(IsRootless, IsFalseForRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_FALSE(is_rootless());
  EXPECT_EQ(outer_uid(), 0u);
}

}  // namespace
}  // namespace base
