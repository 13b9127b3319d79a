// SPDX-License-Identifier: Apache-2.0
#include "base/process.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/pid_ref.hpp"
#include "base/sys.hpp"
#include "tests/support/thread_sanitizer.hpp"

namespace base {
namespace {

TEST(Spawn, NamesTheProgramThatDoesNotExist) {
  try {
    spawn({.argv = {"berth-no-such-program"}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), Kind::not_found);
    EXPECT_EQ(e.message(), "berth-no-such-program: no such program");
  }
}

TEST(Spawn, ThrowsWhatExecSays) {
  if (support::kHasThreadSanitizer) GTEST_SKIP() << "needs vfork";
  EXPECT_THROW(spawn({.argv = {"/etc/passwd"}}), Error);
  EXPECT_THROW(spawn({.argv = {"true"}, .directory = "/no/such/directory"}), Error);
}

TEST(RunCaptured, GivesExitCodesAndSignals) {
  EXPECT_EQ(run_captured({.argv = {"sh", "-c", "exit 3"}}).status.code, 3);
  const auto killed = run_captured({.argv = {"sh", "-c", "kill -9 $$"}}).status;
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_EQ(killed.shell_code(), 137);
}

TEST(RunCaptured, MovesMuchBothWays) {
  const std::string much(1 << 20, 'x');
  const auto done = run_captured({.argv = {"tee", "/dev/stderr"}}, much);
  EXPECT_EQ(done.out.size(), much.size());
  EXPECT_EQ(done.err.size(), much.size());
}

TEST(RunCaptured, SurvivesAProgramThatDoesNotRead) {
  EXPECT_TRUE(run_captured({.argv = {"true"}}, std::string(1 << 20, 'x')).status.ok());
}

TEST(Spawn, PassesNamedDescriptorsAndNothingElse) {
  const auto extra = make_memory_file("extra", "hello");
  const UniqueFd leaked(::dup(extra.get()));  // without CLOEXEC
  const auto done = run_captured(
      {.argv = {"sh", "-c", "cat <&3; ls /proc/self/fd | wc -l"}, .pass = {extra.get()}});
  EXPECT_EQ(done.out, "hello5\n");  // 0 1 2 3 and the directory itself
}

TEST(Spawn, LeavesANumberClosed) {
  const UniqueFd file = make_memory_file("kept", "x");
  const auto seen =
      run_captured({.argv = {"sh", "-c", "cat <&5; ls /proc/$$/fd"}, .pass = {-1, -1, file.get()}});
  EXPECT_EQ(seen.out, "x0\n1\n2\n5\n");
}

TEST(Spawn, GivesTheChildAnEmptySignalMask) {
  sigset_t all, old;
  sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &old);
  const auto done = run_captured({.argv = {"grep", "SigBlk", "/proc/self/status"}});
  ::sigprocmask(SIG_SETMASK, &old, nullptr);
  EXPECT_EQ(done.out, "SigBlk:\t0000000000000000\n");
}

TEST(Child, IsKilledAtScopeEnd) {
  PidRef process;
  {
    const Child child = spawn({.argv = {"cat"}, .in = make_pipe().read.release()});
    process = PidRef::of(child.pid()).value_or(PidRef{});
  }
  EXPECT_FALSE(process.is_alive());
}

TEST(PidRef, KnowsAnotherProcessWithTheSamePid) {
  PidRef self = PidRef::self();
  EXPECT_TRUE(self.is_alive());
  EXPECT_TRUE(self.open().has_value());
  self.start_time += 1;
  EXPECT_FALSE(self.is_alive());
  EXPECT_FALSE(self.open().has_value());
  EXPECT_FALSE(self.signal(0));
}

TEST(PidRef, HoldsNothingForPidZero) {
  EXPECT_FALSE(PidRef{}.is_alive());
  EXPECT_FALSE(PidRef{}.open().has_value());
}

TEST(EnvironmentTest, PutsAVariableInThePlaceOfWhatItWas) {
  ::setenv("BERTH_TEST_VARIABLE", "old", 1);
  ::setenv("BERTH_TEST_VARIABLE_2", "other", 1);
  const auto all = environment_with("BERTH_TEST_VARIABLE=new");
  EXPECT_EQ(std::count(all.begin(), all.end(), "BERTH_TEST_VARIABLE=new"), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), "BERTH_TEST_VARIABLE=old"), 0);
  EXPECT_EQ(std::count(all.begin(), all.end(), "BERTH_TEST_VARIABLE_2=other"), 1);
}

}  // namespace
}  // namespace base
