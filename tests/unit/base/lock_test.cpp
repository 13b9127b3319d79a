// SPDX-License-Identifier: Apache-2.0
#include "base/lock.hpp"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/rollback.hpp"
#include "base/signal_names.hpp"
#include "base/sys.hpp"

namespace base {
namespace {

TEST(FileLock, IsHeldByOneAtATime) {
  const TempDir dir("/tmp", "berth-test");
  const std::string path = dir.path() + "/lock";
  {
    const FileLock first(path);
    EXPECT_FALSE(FileLock::try_lock(path).has_value());
  }
  EXPECT_TRUE(FileLock::try_lock(path).has_value());
}

TEST(FileLock, IsSharedByReaders) {
  const TempDir dir("/tmp", "berth-test");
  const FileLock first(dir.path() + "/lock", FileLock::Mode::shared);
  EXPECT_TRUE(FileLock::try_lock(dir.path() + "/lock", FileLock::Mode::shared).has_value());
}

TEST(FileLock, LocksTheFileThatHasTheNameNow) {
  const TempDir dir("/tmp", "berth-test");
  const std::string path = dir.path() + "/lock";
  auto first = std::make_unique<FileLock>(path);
  std::thread waiter([&] { const FileLock second(path); });
  remove_file(path);
  first.reset();
  waiter.join();
  EXPECT_TRUE(FileLock::try_lock(path).has_value());
}

TEST(Rollback, UndoesLatestFirstUnlessCommitted) {
  std::string done;
  {
    Rollback r;
    r.on_failure([&] { done += "a"; });
    r.on_failure([&] { done += "b"; });
  }
  EXPECT_EQ(done, "ba");
  {
    Rollback r;
    r.on_failure([&] { done += "c"; });
    r.commit();
  }
  EXPECT_EQ(done, "ba");
}

TEST(ParseSignal, KnowsNamesAndNumbers) {
  EXPECT_EQ(parse_signal("KILL"), 9);
  EXPECT_EQ(parse_signal("sigterm"), 15);
  EXPECT_EQ(parse_signal("1"), 1);
  EXPECT_EQ(parse_signal("RTMIN+3"), SIGRTMIN + 3);
  for (const char* wrong : {"", "0", "NOSUCH", "-1", "200", "SIG", "RTMIN+99", "9x"}) {
    EXPECT_FALSE(parse_signal(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace base
