// SPDX-License-Identifier: Apache-2.0
// Bundles made from real specs, run by the real runtime, looked at from inside.
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/id.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "container/spec/seccomp.hpp"
#include "container/spec/spec.hpp"

namespace container {
namespace {

using testing::HasSubstr;
using testing::Not;

class Bundle : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    if (!base::find_program("crun")) GTEST_SKIP() << "needs crun";
    if (!base::exists("/bin/busybox")) GTEST_SKIP() << "needs busybox-static";
    ::chmod(directory_.path().c_str(), 0755);
    for (const char* name : {"/rootfs", "/rootfs/bin", "/rootfs/etc", "/rootfs/tmp", "/state"}) {
      base::make_directory(directory_.path() + name);
    }
    std::filesystem::copy_file("/bin/busybox", directory_.path() + "/rootfs/bin/busybox");
    base::write_file(directory_.path() + "/rootfs/etc/passwd",
                     "root:x:0:0::/root:/bin/sh\nweb:x:33:34::/www:/bin/sh\n");
    for (const char* applet : {"sh",
                               "grep",
                               "cat",
                               "ls",
                               "mount",
                               "unshare",
                               "touch",
                               "id",
                               "stat",
                               "hostname",
                               "mkdir"}) {
      std::filesystem::create_symlink("busybox", directory_.path() + "/rootfs/bin/" + applet);
    }
    facts_.id = base::new_id();
    facts_.rootfs = directory_.path() + "/rootfs";
    facts_.hostname = "inside";
    facts_.cgroups_path = "/berth-bundle-" + facts_.id;
    facts_.cgroup_limits = false;
  }

  /// Runs `script` in the container; stdout and stderr as one text.
  std::string run(const std::string& script) {
    options_.command = {"sh", "-c", "exec 2>&1; " + script};
    if (!options_.user.empty()) {
      const auto root = base::open_file(facts_.rootfs, O_PATH | O_DIRECTORY);
      facts_.user = find_user(root.get(), options_.user, options_.group_add);
    }
    facts_.capabilities = capabilities_of(options_.security);
    facts_.devices = find_devices(options_.devices, options_.security.privileged);
    if (filtered_) {
      facts_.seccomp_bpf =
          seccomp_bpf(default_seccomp_profile(), facts_.capabilities, directory_.path() + "/cache");
    }
    base::write_file(directory_.path() + "/config.json", make_spec(options_, {}, facts_).dump());
    auto argv = prefix_;
    argv.insert(
        argv.end(),
        {"crun", "--cgroup-manager=" + cgroup_manager_, "--root", directory_.path() + "/state"});
    argv.insert(argv.end(), {"run", "--bundle", directory_.path(), facts_.id});
    const auto result = base::run_captured({.argv = argv});
    return result.out + result.err;
  }

  base::TempDir directory_{"/var/tmp", "berth-bundle"};
  CreateOptions options_;
  Facts facts_;
  bool filtered_ = true;
  std::vector<std::string> prefix_;
  std::string cgroup_manager_ = "cgroupfs";
};

/// The runtime inside a user namespace where only root is mapped: what a rootless user's is, at its poorest.
class RootlessBundle : public Bundle {
 protected:
  void SetUp() override {
    Bundle::SetUp();
    if (IsSkipped()) return;
    prefix_ = {"unshare", "--user", "--map-root-user", "--mount"};
    if (!base::run_captured({.argv = {"unshare", "--user", "--map-root-user", "true"}})
             .status.ok()) {
      GTEST_SKIP() << "needs user namespaces";
    }
    cgroup_manager_ = "disabled";
    facts_.cgroups_path.clear();
    facts_.rootless = true;
    facts_.tty_group = false;
  }
};

TEST_F(RootlessBundle, HasItsOwnNamespaces) {
  options_.devices = {{"/dev/null", "/dev/mynull", "rwm"}};
  const auto out =
      run("grep -e CapEff -e ^Seccomp: /proc/self/status; echo x > /dev/mynull && echo ok; "
          "mount -t tmpfs t /tmp; ls /sys/class/net; grep -e ' /sys ' -e mqueue /proc/mounts; "
          "test $$ = 1 && echo own pids; cat /proc/sys/net/ipv4/ip_unprivileged_port_start");
  EXPECT_THAT(out, HasSubstr("CapEff:\t00000000a80425fb"));
  EXPECT_THAT(out, HasSubstr("Seccomp:\t2"));
  EXPECT_THAT(out, HasSubstr("ok\nmount: permission denied"));
  EXPECT_THAT(out, HasSubstr("\nlo\n"));
  EXPECT_THAT(out, HasSubstr("/sys sysfs ro"));
  EXPECT_THAT(out, HasSubstr("own pids\n0\n"));
}

TEST_F(RootlessBundle, SharesHostNamespaces) {
  options_.namespaces = {"host", "host", "host", "", "", {}, "host"};
  const auto out =
      run("test $$ -ne 1 && echo host pids; ls /sys/class/net; touch /sys/x; ls /dev/shm > "
          "/dev/null && echo shm");
  EXPECT_THAT(out, HasSubstr("host pids"));
  EXPECT_THAT(out, HasSubstr("touch: /sys/x: Read-only file system"));
  EXPECT_THAT(out, HasSubstr("shm\n"));
}

TEST_F(RootlessBundle, IsPrivilegedInItsNamespaceOnly) {
  options_.security.privileged = true;
  filtered_ = false;
  const auto out = run("mount -t tmpfs t /tmp && echo mounted; ls /dev");
  EXPECT_THAT(out, HasSubstr("mounted"));
  if (base::exists("/dev/loop-control")) {
    EXPECT_THAT(out, HasSubstr("loop-control"));
  }
}

TEST_F(Bundle, RefusesSystemCallsOfTheDefaultProfile) {
  EXPECT_THAT(run("mount -t tmpfs t /tmp; unshare -U true; grep ^Seccomp: /proc/self/status"),
              testing::AllOf(HasSubstr("mount: permission denied"),
                             HasSubstr("Operation not permitted"),
                             HasSubstr("Seccomp:\t2")));
}

TEST_F(Bundle, MakesKernelPathsUnreachable) {
  const auto out =
      run("cat /proc/keys; cat /proc/timer_list; touch /proc/sys/kernel/hostname; mkdir /sys/x; "
          "touch /sys/fs/cgroup/x; ls /sys/firmware");
  EXPECT_THAT(out, HasSubstr("touch: /proc/sys/kernel/hostname: Read-only file system"));
  EXPECT_THAT(out, HasSubstr("'/sys/x': Read-only file system"));
  EXPECT_THAT(out, Not(HasSubstr("active timers")));
}

TEST_F(Bundle, HasDockersRightsAndMounts) {
  const auto out =
      run("grep -e Cap -e NoNew /proc/self/status; cat /proc/mounts; hostname; cat "
          "/proc/1/oom_score_adj");
  EXPECT_THAT(out, HasSubstr("CapEff:\t00000000a80425fb"));
  EXPECT_THAT(out, HasSubstr("CapPrm:\t00000000a80425fb"));
  EXPECT_THAT(out, HasSubstr("CapBnd:\t00000000a80425fb"));
  EXPECT_THAT(out, HasSubstr("CapAmb:\t0000000000000000"));
  EXPECT_THAT(out, HasSubstr("NoNewPrivs:\t0"));
  EXPECT_THAT(out, HasSubstr(" /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k"));
  EXPECT_THAT(out, HasSubstr(" /dev/mqueue mqueue"));
  EXPECT_THAT(out, HasSubstr(" /dev/pts devpts"));
  EXPECT_THAT(out, HasSubstr("inside\n"));
}

TEST_F(Bundle, LeavesAnOrdinaryUserOnlyTheBoundingSet) {
  options_.user = "web";
  const auto out = run("grep Cap /proc/self/status; id; echo $HOME");
  EXPECT_THAT(out, HasSubstr("CapPrm:\t0000000000000000"));
  EXPECT_THAT(out, HasSubstr("CapEff:\t0000000000000000"));
  EXPECT_THAT(out, HasSubstr("CapAmb:\t0000000000000000"));
  EXPECT_THAT(out, HasSubstr("CapBnd:\t00000000a80425fb"));
  EXPECT_THAT(out, HasSubstr("uid=33(web) gid=34 groups=34"));
  EXPECT_THAT(out, HasSubstr("/www"));
}

TEST_F(Bundle, SetsLimitsSysctlsAndNames) {
  options_.ulimits = {{"nofile", 64, 128}};
  options_.sysctls = {{"net.ipv4.ip_unprivileged_port_start", "1234"}};
  options_.domainname = "example.org";
  options_.shm_size = 1 << 20;
  options_.oom_score_adj = 500;
  options_.security.no_new_privileges = true;
  const auto out =
      run("ulimit -n; ulimit -Hn; cat /proc/sys/net/ipv4/ip_unprivileged_port_start "
          "/proc/sys/kernel/domainname /proc/self/oom_score_adj; grep -e NoNew /proc/self/status; "
          "grep /dev/shm /proc/mounts");
  EXPECT_THAT(out, HasSubstr("64\n128\n1234\nexample.org\n500\n"));
  EXPECT_THAT(out, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(out, HasSubstr("size=1024k"));
}

TEST_F(Bundle, MountsWhatTheUserAskedFor) {
  base::make_directory(directory_.path() + "/source");
  base::write_file(directory_.path() + "/source/f", "from host");
  MountOption bind, tmpfs;
  bind.type = "bind";
  bind.target = "/m/deep";
  bind.read_only = true;
  tmpfs.type = "tmpfs";
  tmpfs.target = "/m";
  tmpfs.options = {"size=64k", "mode=1777"};
  facts_.mounts = {spec_mount(bind, directory_.path() + "/source"), spec_mount(tmpfs, "")};
  options_.read_only = true;
  const auto out =
      run("cat /m/deep/f; echo; touch /m/deep/g; touch /x; touch /dev/shm/x && echo shm; stat -c "
          "%a /m; "
          "grep ' /m ' /proc/mounts");
  EXPECT_THAT(out, HasSubstr("from host"));
  EXPECT_THAT(out, HasSubstr("/m/deep/g: Read-only file system"));
  EXPECT_THAT(out, HasSubstr("touch: /x: Read-only file system"));
  EXPECT_THAT(out, HasSubstr("shm\n1777\n"));
  EXPECT_THAT(out, HasSubstr("size=64k"));
}

TEST_F(Bundle, GivesDevicesAndNoOthers) {
  options_.devices = {{"/dev/null", "/dev/mynull", "rwm"}};
  const auto out = run("echo x > /dev/mynull && echo ok; ls -l /dev/mynull; ls /dev");
  EXPECT_THAT(out, HasSubstr("ok\ncrw-rw-rw-"));
  EXPECT_THAT(out, Not(HasSubstr("loop-control")));
}

TEST_F(Bundle, MeansItWhenPrivileged) {
  options_.security.privileged = true;
  filtered_ = false;
  const auto out =
      run("grep -e ^Seccomp: /proc/self/status; mount -t tmpfs t /tmp && echo mounted; "
          "touch /proc/sys/kernel/hostname && echo writable; ls /dev; grep ' /sys ' /proc/mounts");
  EXPECT_THAT(out, HasSubstr("Seccomp:\t0"));
  EXPECT_THAT(out, HasSubstr("mounted\nwritable"));
  EXPECT_THAT(out, HasSubstr("/sys sysfs rw"));
  if (base::exists("/dev/loop-control")) {
    EXPECT_THAT(out, HasSubstr("loop-control"));
  }
}

TEST_F(Bundle, SharesHostNamespaces) {
  options_.namespaces = {"host", "host", "host", "", "", {}, "host"};
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  const auto out = run("test $$ -ne 1 && echo host pids; hostname");
  EXPECT_EQ(out, "host pids\n" + std::string(name) + "\n");
}

TEST_F(Bundle, WorksWithTheProfileAsJson) {
  filtered_ = false;
  facts_.seccomp = seccomp_for_spec(default_seccomp_profile(), capabilities_of({}));
  EXPECT_THAT(run("mount -t tmpfs t /tmp; grep ^Seccomp: /proc/self/status"),
              testing::AllOf(HasSubstr("mount: permission denied"), HasSubstr("Seccomp:\t2")));
}

}  // namespace
}  // namespace container
