// SPDX-License-Identifier: Apache-2.0
#include "container/cgroup.hpp"

#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"
#include "container/cgroup_host.hpp"
#include "container/cgroup_tree.hpp"
#include "tests/support/as_user.hpp"

namespace container {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A cgroup in every hierarchy of this machine, removed at scope end.
class CgroupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    host_ = find_cgroup_host();
    if (::geteuid() != 0 || !can_make_cgroups(host_))
      GTEST_SKIP() << "needs root and writable cgroups";
    path_ = "/berth-test-" + base::random_hex(8);
    for (const auto& hierarchy : host_.hierarchies) {
      base::make_directory(hierarchy + path_);
      // v1's cpuset takes no process before it knows where that may run.
      for (const char* file : {"cpuset.cpus", "cpuset.mems"}) {
        if (host_.v2 || !base::exists(hierarchy + "/" + file)) continue;
        write(hierarchy + path_ + "/" + file, base::read_file(hierarchy + "/" + file));
      }
    }
  }

  void TearDown() override {
    if (!path_.empty()) remove_cgroup("cgroupfs", path_);
  }

  static void write(const std::string& path, const std::string& text) {
    base::write_full(base::open_file(path, O_WRONLY).get(), text);
  }

  void enter(pid_t pid, const std::string& below = "") {
    for (const auto& hierarchy : host_.hierarchies) {
      write(hierarchy + path_ + below + "/cgroup.procs", std::to_string(pid));
    }
  }

  CgroupHost host_;
  std::string path_;
};

TEST_F(CgroupTest, IsFoundInEveryHierarchy) {
  EXPECT_THAT(cgroup_directories("cgroupfs", path_), SizeIs(host_.hierarchies.size()));
  EXPECT_TRUE(is_cgroup_empty("cgroupfs", path_));
  EXPECT_THAT(cgroup_directories("disabled", path_), IsEmpty());
  EXPECT_THAT(cgroup_directories("cgroupfs", ""), IsEmpty());
}

TEST_F(CgroupTest, EndsProcessesAndIsRemoved) {
  auto child = base::spawn({.argv = {"sleep", "1000"}});
  enter(child.pid());
  EXPECT_FALSE(is_cgroup_empty("cgroupfs", path_));
  remove_cgroup("cgroupfs", path_);
  EXPECT_EQ(child.wait().signal, SIGKILL);
  EXPECT_THAT(cgroup_directories("cgroupfs", path_), IsEmpty());
  remove_cgroup("cgroupfs", path_);  // missing is fine
}

TEST_F(CgroupTest, EndsWhatForksAndSitsDeeper) {
  for (const auto& hierarchy : host_.hierarchies) {
    if (!host_.v2 && hierarchy.find("cpuset") != std::string::npos) continue;
    base::make_directories(hierarchy + path_ + "/a/b");
  }
  auto child = base::spawn({.argv = {"sh", "-c", "while :; do sh -c 'sleep 0.01' & wait; done"}});
  for (const auto& hierarchy : host_.hierarchies) {
    const std::string deep = hierarchy + path_ + "/a/b/cgroup.procs";
    if (base::exists(deep)) write(deep, std::to_string(child.pid()));
  }
  kill_cgroup("cgroupfs", path_);
  EXPECT_TRUE(is_cgroup_empty("cgroupfs", path_));
  EXPECT_EQ(child.wait().signal, SIGKILL);
  remove_cgroup("cgroupfs", path_);
  EXPECT_THAT(cgroup_directories("cgroupfs", path_), IsEmpty());
}

TEST_F(CgroupTest, EndsAFrozenProcess) {
  auto child = base::spawn({.argv = {"sleep", "1000"}});
  enter(child.pid());
  for (const auto& hierarchy : host_.hierarchies) {
    for (const auto& [file, word] :
         {std::pair{"/freezer.state", "FROZEN"}, std::pair{"/cgroup.freeze", "1"}}) {
      if (base::exists(hierarchy + path_ + file)) write(hierarchy + path_ + file, word);
    }
  }
  remove_cgroup("cgroupfs", path_);
  EXPECT_EQ(child.wait().signal, SIGKILL);
}

TEST_F(CgroupTest, TellsItsUsage) {
  auto child = base::spawn({.argv = {"sleep", "1000"}});
  enter(child.pid());
  const auto usage = read_cgroup_usage("cgroupfs", path_);
  const auto controllers = usable_controllers(host_, "");
  const bool v1_pids = !host_.v2 && std::count(controllers.begin(), controllers.end(), "pids");
  if (v1_pids) {
    EXPECT_EQ(usage.pids, 1);
  }
  EXPECT_FALSE(read_cgroup_usage("cgroupfs", path_ + "-none").memory);
}

TEST_F(CgroupTest, IsPlannedBelowItsParent) {
  const auto plan = plan_cgroup("abc", "", "cgroupfs");
  EXPECT_EQ(plan.manager, "cgroupfs");
  EXPECT_EQ(plan.path, "/berth/abc");
  EXPECT_EQ(plan.v2, host_.v2);
  EXPECT_EQ(plan_cgroup("abc", "x//./y/", "cgroupfs").path, "/x/y/abc");
  EXPECT_EQ(plan.limits, !plan.controllers.empty());
  if (!host_.v2 && base::exists(host_.root + "/memory")) {
    EXPECT_EQ(plan.oom_file, host_.root + "/memory/berth/abc/memory.oom_control");
  }
}

std::string refusal(const std::string& parent, const std::string& manager) {
  try {
    plan_cgroup("abc", parent, manager);
  } catch (const base::Error& e) {
    return e.message();
  }
  return "";
}

TEST_F(CgroupTest, RefusesWhatCannotBe) {
  EXPECT_THAT(refusal("", "docker"), HasSubstr("invalid cgroup manager \"docker\""));
  EXPECT_THAT(refusal("/a/../../b", "cgroupfs"), HasSubstr("leads upwards"));
  EXPECT_THAT(refusal("/a", "disabled"), HasSubstr("cannot be used"));
  if (!has_systemd(false)) {
    EXPECT_THAT(refusal("", "systemd"), HasSubstr("systemd does not run"));
  }
}

TEST(PlanCgroup, IsDisabledForAUserWithoutASession) {
  if (!support::can_be_user()) GTEST_SKIP() << "needs root, newuidmap and newgidmap";
  const support::UserHome home;
  EXPECT_EQ(home.run([&] {
    ::unsetenv("XDG_RUNTIME_DIR");
    ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
    base::enter_user_namespace(home.home() + "/run");
    const auto plan = plan_cgroup("abc", "", "");
    return plan.manager == "disabled" && plan.path.empty() && !plan.limits && plan.oom_file.empty()
               ? 0
               : 1;
  }),
            0);
}

TEST(SlicePath, ExpandsDashes) {
  EXPECT_EQ(slice_path("system.slice"), "/system.slice");
  EXPECT_EQ(slice_path("a-b-c.slice"), "/a.slice/a-b.slice/a-b-c.slice");
  EXPECT_EQ(slice_path("-.slice"), "");
}

TEST(DiscardUnusableLimits, KeepsWhatAControllerHolds) {
  CgroupPlan plan;
  plan.controllers = {"memory", "pids", "cpu", "cpuset"};
  plan.swap_limit = true;
  Resources resources;
  resources.memory = 1;
  resources.nano_cpus = 1;
  resources.cpuset_cpus = "0";
  EXPECT_THAT(discard_unusable_limits(resources, plan), IsEmpty());
  EXPECT_EQ(resources.memory, 1);
  EXPECT_EQ(resources.cpuset_cpus, "0");
}

TEST(DiscardUnusableLimits, LimitsMemoryWithoutSwapWhereTheKernelAccountsNone) {
  CgroupPlan plan;
  plan.controllers = {"memory"};
  Resources resources;
  resources.memory = 64 << 20;
  EXPECT_THAT(discard_unusable_limits(resources, plan),
              ElementsAre(HasSubstr("Memory limited without swap.")));
  EXPECT_EQ(resources.memory_swap, -1);
  EXPECT_EQ(resources.memory, 64 << 20);
}

TEST(DiscardUnusableLimits, WarnsInDockersWords) {
  Resources resources;
  resources.memory = 1 << 20;
  resources.memory_swap = 1 << 21;
  resources.pids_limit = 5;
  resources.cpu_shares = 2;
  resources.cpu_quota = 1000;
  resources.cpuset_cpus = "0";
  EXPECT_THAT(discard_unusable_limits(resources, {}),
              ElementsAre(HasSubstr("memory limit capabilities"),
                          HasSubstr("PIDs limit discarded."),
                          HasSubstr("Shares discarded."),
                          HasSubstr("CPU period/quota discarded."),
                          HasSubstr("Cpuset discarded.")));
  EXPECT_FALSE(resources.memory || resources.memory_swap || resources.pids_limit ||
               resources.cpu_quota);
  Resources cpus;
  cpus.nano_cpus = 1;
  EXPECT_THROW(discard_unusable_limits(cpus, {}), base::Error);
}

}  // namespace
}  // namespace container
