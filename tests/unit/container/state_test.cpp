// SPDX-License-Identifier: Apache-2.0
#include "container/state.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/sys.hpp"

namespace container {
namespace {

const std::string kId(64, 'a');

/// What readers see who come while a run begins or ends: the row and the files change one after the other.
class StateTest : public ::testing::Test {
 protected:
  StateTest() {
    record_.id = kId;
    record_.name = "one";
    record_.started = record_.created = base::now();
    auto& db = store_.database();
    db.execute("PRAGMA foreign_keys = OFF");
    engine_.containers.add(record_, {}, {});
  }

  void make_files(const std::string& running, const std::string& exit) {
    const std::string directory = engine_.run_directory(kId);
    base::make_directories(directory, 0700);
    if (!running.empty()) base::write_file(directory + "/running", running);
    if (!exit.empty()) base::write_file(directory + "/exit", exit);
  }

  void finish_in_row(int code) {
    Record ended = record_;
    ended.finished = base::now();
    ended.exit_code = code;
    engine_.containers.set_finished(ended);
  }

  State state() { return state_of(engine_, record_); }

  base::TempDir directory_{"/tmp", "berth-state-test"};
  storage::Store store_{directory_.path() + "/root", directory_.path() + "/run"};
  Engine engine_{store_};
  Record record_;
};

std::string process_line(const char* key, const base::PidRef& process) {
  return fmt::format("{} {} {}\n", key, process.pid, process.start_time);
}

std::string running_under(const base::PidRef& monitor) {
  return process_line("monitor", monitor) + process_line("init", monitor) + "started 1\n";
}

const base::PidRef kDead{1, 0};

TEST_F(StateTest, TrustsTheRowWhenTheFilesHaveGone) {
  finish_in_row(7);
  const State now = state();
  EXPECT_EQ(now.status, Status::exited);
  EXPECT_EQ(now.exit_code, 7);
  EXPECT_FALSE(now.needs_cleanup);
}

TEST_F(StateTest, TrustsTheRowWhenTheFilesAreGoing) {
  finish_in_row(7);
  make_files("", "");
  EXPECT_EQ(state().exit_code, 7);
  make_files(running_under(kDead), "");
  EXPECT_EQ(state().exit_code, 7);
}

TEST_F(StateTest, TakesTheExitOfFilesThatAreNotInTheRowYet) {
  make_files(running_under(kDead), "code 5\noom 1\nfinished 1700000000000000001\n");
  const State now = state();
  EXPECT_EQ(now.status, Status::exited);
  EXPECT_EQ(now.exit_code, 5);
  EXPECT_TRUE(now.oom_killed);
  EXPECT_TRUE(now.needs_cleanup);
}

TEST_F(StateTest, RunsWhileItsMonitorLivesAndHasNotToldTheEnd) {
  make_files(running_under(base::PidRef::of(::getpid()).value()), "");
  EXPECT_EQ(state().status, Status::running);
}

TEST_F(StateTest, IsInitializedWhileNothingSaysThatItWasStarted) {
  const auto self = base::PidRef::of(::getpid()).value();
  make_files(process_line("monitor", self) + process_line("init", self), "");
  EXPECT_EQ(state().status, Status::initialized);
  EXPECT_TRUE(state().has_process());
  EXPECT_FALSE(state().is_running());
  EXPECT_EQ(state().started, base::Moment{});
}

TEST_F(StateTest, WasKilledWithItsMonitor) {
  make_files(running_under(kDead), "");
  EXPECT_EQ(state().exit_code, 137);
  EXPECT_TRUE(state().needs_cleanup);
}

TEST_F(StateTest, IsWhatItWasWhileAStartIsUnderWay) {
  make_files("", "");
  EXPECT_EQ(state().status, Status::created);
  finish_in_row(3);
  const Record before = engine_.containers.get(kId);
  engine_.containers.set_started(before, base::now(), 0);
  record_ = engine_.containers.get(kId);
  EXPECT_EQ(state().status, Status::exited);
  EXPECT_EQ(state().exit_code, 3);
}

TEST_F(StateTest, WentDownWithTheHostWhenNothingIsLeft) {
  EXPECT_EQ(state().status, Status::exited);
  EXPECT_EQ(state().exit_code, 255);
}

}  // namespace
}  // namespace container
