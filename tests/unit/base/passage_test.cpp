// SPDX-License-Identifier: Apache-2.0
#include "base/passage.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/sys.hpp"

namespace base {

namespace {

constexpr uid_t kStranger = 54321;

/// Whether a stranger of that group can look at the file.
bool reaches(const std::string& path, gid_t group) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const bool became =
        ::setgroups(0, nullptr) == 0 && ::setgid(group) == 0 && ::setuid(kStranger) == 0;
    ::_exit(became && ::access(path.c_str(), F_OK) == 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status == 0;
}

TEST(Passage, IsForTheGroupsThatGotItAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be somebody else";
  const TempDir dir("/tmp", "passage");
  make_directories(dir.path() + "/below", 0700);
  const std::string file = dir.path() + "/below/file";
  write_file(file, "");
  EXPECT_FALSE(reaches(file, 700001));
  open_passage(file, 700001);
  open_passage(file, 700002);
  open_passage(file, 700001);
  if (!reaches(file, 700001)) GTEST_SKIP() << "no access lists on this file system";
  EXPECT_TRUE(reaches(file, 700002));
  EXPECT_FALSE(reaches(file, 700003));
  EXPECT_EQ(0U, stat_of(open_file(dir.path(), O_PATH).get(), "").st_mode & 07U);
}

TEST(Passage, WhatIsNotOursStaysAsItIs) {
  open_passage("/proc/self/nosuch/file", 700001);
  EXPECT_EQ(0555U, find_stat("/proc")->st_mode & 0777U);
}

}  // namespace

}  // namespace base
