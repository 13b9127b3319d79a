// SPDX-License-Identifier: Apache-2.0
#include "container/apparmor.hpp"

#include <cstdlib>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"

namespace container {

namespace {

using testing::HasSubstr;
using testing::Not;

/// A host of our own making: the files of /sys, and a parser that keeps what it reads.
class AppArmorTest : public testing::Test {
 protected:
  void SetUp() override {
    if (base::is_rootless()) GTEST_SKIP() << "an ordinary user's containers have no profile";
    base::make_directories(root() + "/sys/module/apparmor/parameters");
    base::make_directories(root() + "/sys/kernel/security/apparmor");
    base::make_directories(root() + "/bin");
    write("/sys/module/apparmor/parameters/enabled", "Y\n");
    load("");
    ::setenv("PATH", (root() + "/bin").c_str(), 1);
  }

  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }

  std::string root() const { return directory_.path(); }

  void write(const std::string& path, const std::string& text) {
    base::write_file(root() + path, text);
  }

  void load(const std::string& list) { write("/sys/kernel/security/apparmor/profiles", list); }

  void install_parser(const std::string& end) {
    const std::string parser = root() + "/bin/apparmor_parser";
    base::write_file(
        parser,
        "#!/bin/sh\necho \"$@\" > " + root() + "/argv\n/bin/cat > " + root() + "/policy\n" + end,
        0755);
  }

  std::string profile() { return AppArmor(options_, root()).profile(); }

  std::string loaded() { return AppArmor(options_, root()).load(); }

  std::string failure() {
    try {
      loaded();
    } catch (const base::Error& error) {
      return error.message();
    }
    return {};
  }

  base::TempDir directory_{"/tmp", "berth-apparmor"};
  CreateOptions options_;

 private:
  std::string path_ = std::getenv("PATH");
};

TEST_F(AppArmorTest, HasNoneWhereTheKernelHasNone) {
  write("/sys/module/apparmor/parameters/enabled", "N\n");
  load("berth-default (enforce)\n");
  EXPECT_FALSE(has_apparmor(root()));
  EXPECT_EQ(profile(), "");
  options_.security.apparmor = "mine";
  EXPECT_EQ(loaded(), "");  // as docker
  EXPECT_FALSE(has_apparmor(root() + "/nowhere"));
}

TEST_F(AppArmorTest, PodmanRefusesAProfileWhereTheKernelHasNone) {
  options_.rules.checks_apparmor = true;
  options_.security.apparmor = "mine";
  EXPECT_NO_THROW(check_apparmor(options_, root()));
  EXPECT_THROW(check_apparmor(options_, root() + "/nowhere"), base::Error);
  options_.security.apparmor = "unconfined";
  EXPECT_NO_THROW(check_apparmor(options_, root() + "/nowhere"));
}

TEST_F(AppArmorTest, TakesTheEnginesOwnWithoutRunningTheParserAgain) {
  load("/usr/bin/man (enforce)\nberth-default (enforce)\n");
  EXPECT_EQ(profile(), "berth-default");
  EXPECT_EQ(loaded(), "berth-default");
}

TEST_F(AppArmorTest, LoadsTheEnginesOwnWhenItIsNeeded) {
  install_parser("");
  EXPECT_EQ(loaded(), "berth-default");
  EXPECT_EQ(base::read_file(root() + "/argv"), "-Kr\n");
  EXPECT_EQ(base::read_file(root() + "/policy"), apparmor_policy("berth-default", root()));
}

TEST_F(AppArmorTest, GoesWithoutWhereThereIsNoParser) {
  if (base::exists("/sbin/apparmor_parser")) GTEST_SKIP() << "this host has one";
  EXPECT_EQ(profile(), "");
  EXPECT_EQ(loaded(), "");
  options_.security.apparmor = "berth-default";
  EXPECT_EQ(failure(), "AppArmor profile \"berth-default\" cannot be loaded: no apparmor_parser");
}

TEST_F(AppArmorTest, TellsWhatTheParserSays) {
  install_parser("echo first >&2; echo 'syntax error' >&2; exit 1\n");
  EXPECT_EQ(failure(), "load AppArmor profile \"berth-default\": syntax error");
}

TEST_F(AppArmorTest, TakesNamedOnesThatAreLoadedAndRefusesOthers) {
  install_parser("");
  load("mine (complain)\nwith space (enforce)\n");
  for (const char* name : {"mine", "with space", "unconfined"}) {
    options_.security.apparmor = name;
    EXPECT_EQ(loaded(), name);
  }
  options_.security.apparmor = "min";
  EXPECT_EQ(failure(), "AppArmor profile \"min\" specified but not loaded");
  options_.security.apparmor = "docker-default";
  EXPECT_EQ(loaded(), "docker-default");
  options_.security.apparmor = "containers-default-1 {}";
  EXPECT_EQ(failure(), "AppArmor profile \"containers-default-1 {}\" specified but not loaded");
}

TEST_F(AppArmorTest, ConfinesNoPrivilegedOneUnlessNamed) {
  load("berth-default (enforce)\n");
  options_.security.privileged = true;
  EXPECT_EQ(profile(), "unconfined");
  options_.rules.privileged_unnamed = true;
  EXPECT_EQ(profile(), "");
  options_.security.apparmor = "berth-default";
  EXPECT_EQ(loaded(), "berth-default");
}

TEST_F(AppArmorTest, GoesWithoutWhereTheListIsNotShown) {
  install_parser("");
  base::remove_file(root() + "/sys/kernel/security/apparmor/profiles");
  EXPECT_EQ(loaded(), "");
  options_.security.apparmor = "mine";
  EXPECT_EQ(loaded(), "mine");  // the runtime tells
}

TEST_F(AppArmorTest, WritesAPolicyWithTheDefinitionsThatThereAre) {
  EXPECT_THAT(apparmor_policy("p", root()), HasSubstr("@{PROC}=/proc/\nprofile p flags=("));
  EXPECT_THAT(apparmor_policy("p", root()), HasSubstr("  signal (send, receive) peer=p,\n"));
  EXPECT_THAT(apparmor_policy("p", root()), Not(HasSubstr("include")));
  for (const char* part : {"abi", "tunables", "abstractions"})
    base::make_directories(root() + "/etc/apparmor.d/" + part);
  for (const char* file : {"abi/3.0", "tunables/global", "abstractions/base"})
    write(std::string("/etc/apparmor.d/") + file, "");
  EXPECT_THAT(apparmor_policy("p", root()),
              HasSubstr("abi <abi/3.0>,\ninclude <tunables/global>\nprofile p "));
  EXPECT_THAT(apparmor_policy("p", root()), HasSubstr("  include <abstractions/base>\n"));
}

}  // namespace

}  // namespace container
