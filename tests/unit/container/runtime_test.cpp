// SPDX-License-Identifier: Apache-2.0
#include "container/runtime.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"

namespace container {
namespace {

class RuntimeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  }

  base::TempDir directory_{"/tmp", "berth-runtime-test"};
  storage::Store store_{directory_.path() + "/root", directory_.path() + "/run"};
  Engine engine_{store_};
};

TEST_F(RuntimeTest, SealsCrunOnAMountThatNobodyCanWriteTo) {
  const Runtime runtime(engine_, "crun", "cgroupfs");
  const auto sealed = runtime.sealed_program();
  ASSERT_TRUE(sealed);

  struct statvfs fs {};

  ASSERT_EQ(::fstatvfs(sealed.get(), &fs), 0);
  EXPECT_NE(fs.f_flag & ST_RDONLY, 0U);
  base::Command version{.argv = {runtime.path(), "--version"}, .program = sealed.get()};
  const auto done = base::run_captured(std::move(version));
  EXPECT_TRUE(done.status.ok()) << done.err;
  EXPECT_NE(done.out.find("crun version"), std::string::npos) << done.out;
}

TEST_F(RuntimeTest, LeavesOtherRuntimesAsTheyAre) {
  const std::string other = directory_.path() + "/other-runtime";
  base::write_file(other, "#!/bin/sh\n", 0755);
  EXPECT_FALSE(Runtime(engine_, other, "cgroupfs").sealed_program());
}

}  // namespace
}  // namespace container
