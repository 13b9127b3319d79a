// SPDX-License-Identifier: Apache-2.0
#include "container/run_state.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"

namespace container {
namespace {

class RunStateTest : public ::testing::Test {
 protected:
  base::TempDir directory_{"/tmp", "berth-run-state-test"};

  void write(const std::string& name, const std::string& text) const {
    base::write_file(directory_.path() + "/" + name, text);
  }
};

TEST_F(RunStateTest, HasNothingWhereFilesAreMissing) {
  EXPECT_FALSE(read_running(directory_.path()));
  EXPECT_FALSE(read_exit(directory_.path()));
  EXPECT_FALSE(read_exit(directory_.path() + "/nosuch"));
}

TEST_F(RunStateTest, RefusesMalformedFiles) {
  for (const char* text : {"",
                           "init\n",
                           "init 1\n",
                           "init x 5\n",
                           "init 1 -5\n",
                           "monitor 1 2\n",
                           "init 1 2\nstarted x\n"}) {
    write("running", text);
    EXPECT_THROW(read_running(directory_.path()), base::Error) << text;
  }
  write("exit", "code\n");
  EXPECT_THROW(read_exit(directory_.path()), base::Error);
}

TEST_F(RunStateTest, ReadsWhatAMonitorWrites) {
  write("running", "monitor 12 345\ninit 67 890\nstarted 1700000000123456789\nlater-key 1\n");
  const auto running = read_running(directory_.path()).value();
  EXPECT_EQ(running.monitor, (base::PidRef{12, 345}));
  EXPECT_EQ(running.init, (base::PidRef{67, 890}));
  EXPECT_EQ(running.started.time_since_epoch().count(), 1700000000123456789);
  write("exit", "code 137\noom 1\nfinished 1700000000000000001\n");
  const auto exit = read_exit(directory_.path()).value();
  EXPECT_EQ(exit.code, 137);
  EXPECT_TRUE(exit.oom_killed);
  EXPECT_EQ(exit.finished.time_since_epoch().count(), 1700000000000000001);
}

}  // namespace
}  // namespace container
