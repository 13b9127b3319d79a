// SPDX-License-Identifier: Apache-2.0
// Whole specs against golden files, and what single options change in them.
#include "container/spec/spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "golden.hpp"

namespace container {
namespace {

class MakeSpec : public testing::Test {
 protected:
  void SetUp() override {
    options_.command = {"true"};
    facts_.id = std::string(64, 'a');
    facts_.rootfs = "/run/berth/containers/a/rootfs";
    facts_.hostname = "aaaaaaaaaaaa";
    facts_.hosts = "/run/berth/containers/a/hosts";
    facts_.resolv = "/run/berth/containers/a/resolv.conf";
    facts_.hostname_file = "/run/berth/containers/a/hostname";
    facts_.capabilities = {"CAP_CHOWN", "CAP_KILL"};
    facts_.user.groups = {0};
    facts_.user.home = "/root";
    facts_.cgroups_path = "/berth/a";
    facts_.cgroup_v2 = true;
    facts_.namespace_paths["network"] = "/run/berth/containers/a/netns";
  }

  base::Json make() { return make_spec(options_, image_, facts_); }

  void expect(const std::string& name) {
    test::expect_golden(name + ".json", make().dump(2) + "\n");
  }

  std::vector<std::string> mount_targets() {
    std::vector<std::string> targets;
    const auto spec = make();
    for (const auto& mount : spec["mounts"]) targets.push_back(mount["destination"]);
    return targets;
  }

  base::Json mount_at(const std::string& target) {
    const auto spec = make();
    for (const auto& mount : spec["mounts"]) {
      if (mount["destination"] == target) return mount;
    }
    return nullptr;
  }

  std::vector<std::string> namespace_types() {
    std::vector<std::string> types;
    const auto spec = make();
    for (const auto& entry : spec["linux"]["namespaces"]) types.push_back(entry["type"]);
    return types;
  }

  CreateOptions options_;
  image::RunConfig image_;
  Facts facts_;
};

TEST_F(MakeSpec, MatchesTheGoldenFileOfTheDefaults) {
  image_.env = {"LANG=C"};
  expect("defaults");
}

TEST_F(MakeSpec, MatchesTheGoldenFileOfATerminalWithManyOptions) {
  options_.tty = true;
  options_.user = "web";
  options_.working_dir = "/srv";
  options_.read_only = true;
  options_.domainname = "example.org";
  options_.ulimits = {{"nofile", 64, 128}, {"core", -1, -1}};
  options_.sysctls = {{"net.ipv4.ip_unprivileged_port_start", "1234"}};
  options_.annotations = {{"org.example", "x"}};
  options_.security.no_new_privileges = true;
  options_.oom_score_adj = 500;
  facts_.user = {33, 34, {34, 10}, "/var/www"};
  facts_.seccomp_bpf = "AAAA";
  facts_.seccomp = base::Json{{"defaultAction", "SCMP_ACT_ALLOW"}};
  expect("terminal");
}

TEST_F(MakeSpec, MatchesTheGoldenFileOfLimits) {
  options_.resources.memory = 64 << 20;
  options_.resources.memory_reservation = 32 << 20;
  options_.resources.nano_cpus = 1'500'000'000;
  options_.resources.cpu_shares = 512;
  options_.resources.cpuset_cpus = "0-1";
  options_.resources.pids_limit = 50;
  options_.device_rules = {{"c", 42, -1, "rmw"}};
  facts_.devices = {{"/dev/null", "/dev/mynull", 'c', 1, 3, 0666, 0, 0, "rw"}};
  expect("limits");
}

TEST_F(MakeSpec, MatchesTheGoldenFileOfAPrivilegedContainer) {
  options_.security.privileged = true;
  facts_.devices = {{"/dev/fuse", "/dev/fuse", 'c', 10, 229, 0666, 0, 0, "rwm"}};
  facts_.cgroup_v2 = false;
  expect("privileged");
}

TEST_F(MakeSpec, MatchesTheGoldenFileOfHostNamespaces) {
  options_.namespaces = {"host", "host", "host", "host", "host", {}, "host"};
  facts_.namespace_paths.clear();
  expect("host_namespaces");
}

TEST_F(MakeSpec, MatchesTheGoldenFileOfARootlessContainer) {
  facts_.rootless = true;
  facts_.cgroup_limits = false;
  facts_.tty_group = false;
  facts_.least_oom_score_adj = 200;
  facts_.devices = {{"/dev/fuse", "/dev/fuse", 'c', 10, 229, 0666, 0, 0, "rwm"}};
  facts_.mounts = {{"/run/slot/1", "/deep/er/one", "bind", {"rbind", "rprivate"}},
                   {"/run/slot/0", "/deep", "bind", {"rbind", "rslave"}}};
  expect("rootless");
}

TEST_F(MakeSpec, MatchesTheGoldenFileOfARootlessContainerInHostNamespaces) {
  facts_.rootless = true;
  options_.namespaces = {"host", "host", "", "", "host", {}, "host"};
  facts_.namespace_paths.clear();
  expect("rootless_host");
}

TEST_F(MakeSpec, MatchesTheGoldenFileOfKeepId) {
  facts_.rootless = true;
  facts_.uid_mappings = {{0, 1, 1000}, {1000, 0, 1}, {1001, 1001, 64536}};
  facts_.gid_mappings = facts_.uid_mappings;
  expect("keep_id");
}

TEST_F(MakeSpec, NamesProfileAndLabelsWhereThereAreAny) {
  EXPECT_FALSE(make()["process"].contains("apparmorProfile"));
  EXPECT_FALSE(make()["process"].contains("selinuxLabel"));
  EXPECT_FALSE(make()["linux"].contains("mountLabel"));
  options_.security.label_nested = true;
  EXPECT_EQ(mount_at("/sys/fs/selinux"), nullptr);
  facts_.apparmor_profile = "berth-default";
  facts_.process_label = "system_u:system_r:container_t:s0:c1,c2";
  facts_.mount_label = "system_u:object_r:container_file_t:s0:c1,c2";
  EXPECT_EQ(make()["process"]["apparmorProfile"], "berth-default");
  EXPECT_EQ(make()["process"]["selinuxLabel"], facts_.process_label);
  EXPECT_EQ(make()["linux"]["mountLabel"], facts_.mount_label);
  EXPECT_EQ(mount_at("/sys/fs/selinux")["source"], "/sys/fs/selinux");
}

TEST_F(MakeSpec, ClampsUlimitsToWhatThisProcessMayGive) {
  options_.ulimits = {{"nofile", 1000, 2000}, {"nproc", -1, -1}};
  facts_.hard_limits = {{"nofile", 1024}, {"nproc", 99}};
  const auto limits = make()["process"]["rlimits"];
  EXPECT_EQ(limits[0]["soft"], 1000);
  EXPECT_EQ(limits[0]["hard"], 1024);
  EXPECT_EQ(limits[1]["soft"], 99);
  facts_.hard_limits = {{"nofile", 500}, {"nproc", -1}};
  EXPECT_EQ(make()["process"]["rlimits"][0]["soft"], 500);
  EXPECT_EQ(make()["process"]["rlimits"][1]["hard"], std::uint64_t(-1));
}

TEST_F(MakeSpec, RaisesTheOomScoreToWhatThisProcessMayGive) {
  EXPECT_EQ(make()["process"]["oomScoreAdj"], 0);
  facts_.least_oom_score_adj = 300;
  EXPECT_EQ(make()["process"]["oomScoreAdj"], 300);
  options_.oom_score_adj = 400;
  EXPECT_EQ(make()["process"]["oomScoreAdj"], 400);
}

TEST_F(MakeSpec, LeavesOutDefaultsThatTheUserMountsOver) {
  facts_.mounts = {{"/slot", "/etc/hosts", "bind", {"rbind"}}, {"/slot2", "/dev/shm", "tmpfs", {}}};
  EXPECT_EQ(mount_at("/etc/hosts")["source"], "/slot");
  EXPECT_EQ(mount_at("/dev/shm")["source"], "/slot2");
  facts_.mounts = {{"/dev", "/dev", "bind", {"rbind"}}};
  EXPECT_THAT(mount_targets(), testing::Not(testing::Contains("/dev/pts")));
}

TEST_F(MakeSpec, HasNoShmWithoutIpc) {
  options_.namespaces.ipc = "none";
  EXPECT_THAT(mount_targets(), testing::Not(testing::Contains("/dev/shm")));
}

TEST_F(MakeSpec, TakesTheShmThatIsThere) {
  facts_.shm = "/run/shm-of-another";
  EXPECT_EQ(mount_at("/dev/shm")["source"], "/run/shm-of-another");
  facts_.shm.clear();
  options_.shm_size = 32 << 20;
  EXPECT_THAT(mount_at("/dev/shm")["options"], testing::Contains("size=33554432"));
}

TEST_F(MakeSpec, SharesTheRootForSharedMountsOnly) {
  EXPECT_FALSE(make()["linux"].contains("rootfsPropagation"));
  facts_.mounts = {{"/a", "/a", "bind", {"rbind", "rslave"}}};
  EXPECT_EQ(make()["linux"]["rootfsPropagation"], "rslave");
  facts_.mounts.push_back({"/b", "/b", "bind", {"rbind", "rshared"}});
  EXPECT_EQ(make()["linux"]["rootfsPropagation"], "shared");
}

TEST_F(MakeSpec, JoinsNamespacesByPath) {
  facts_.namespace_paths["pid"] = "/proc/7/ns/pid";
  facts_.namespace_paths["uts"] = "/proc/7/ns/uts";
  const auto spec = make();
  EXPECT_THAT(spec["linux"]["namespaces"],
              testing::Contains(base::Json{{"type", "pid"}, {"path", "/proc/7/ns/pid"}}));
  EXPECT_FALSE(spec.contains("hostname")) << "the name of another container stays";
}

TEST_F(MakeSpec, HasACgroupNamespaceOnV2OrWhenAsked) {
  EXPECT_THAT(namespace_types(), testing::Contains("cgroup"));
  facts_.cgroup_v2 = false;
  EXPECT_THAT(namespace_types(), testing::Not(testing::Contains("cgroup")));
  options_.namespaces.cgroup = "private";
  EXPECT_THAT(namespace_types(), testing::Contains("cgroup"));
}

TEST_F(MakeSpec, SealsEachMountOfCgroupV1) {
  const auto options_of_cgroup = [&] {
    const auto spec = make();
    for (const auto& mount : spec["mounts"]) {
      if (mount["destination"] == "/sys/fs/cgroup") return mount["options"];
    }
    return base::Json();
  };
  EXPECT_THAT(options_of_cgroup(), testing::Not(testing::Contains("rro")));
  facts_.cgroup_v2 = false;
  EXPECT_THAT(options_of_cgroup(), testing::IsSupersetOf({"ro", "rro"}));
  options_.security.privileged = true;
  EXPECT_THAT(options_of_cgroup(), testing::Not(testing::Contains("rro")));
}

TEST_F(MakeSpec, SetsNoNetworkSysctlsInANamespaceOfOthers) {
  options_.namespaces.network = "container:x";
  EXPECT_TRUE(make()["linux"]["sysctl"].empty());
}

TEST_F(MakeSpec, MasksAndUnmasksPaths) {
  options_.security.mask = {"/proc/cpuinfo"};
  options_.security.unmask = {"/proc/a*", "/proc/sys"};
  facts_.masked_paths = {"/sys/devices/system/cpu/cpu0/thermal_throttle"};
  const auto part = make()["linux"];
  EXPECT_THAT(part["maskedPaths"], testing::Contains("/proc/cpuinfo"));
  EXPECT_THAT(part["maskedPaths"], testing::Contains(facts_.masked_paths[0]));
  EXPECT_THAT(part["maskedPaths"], testing::Not(testing::Contains("/proc/acpi")));
  EXPECT_THAT(part["readonlyPaths"], testing::Not(testing::Contains("/proc/sys")));
  options_.security.unmask = {"ALL"};
  options_.security.mask.clear();
  EXPECT_TRUE(make()["linux"]["maskedPaths"].empty());
  EXPECT_TRUE(make()["linux"]["readonlyPaths"].empty());
}

TEST_F(MakeSpec, LeavesOutLimitsThatCannotBeKept) {
  options_.resources.memory = 64 << 20;
  facts_.swap_limit = false;
  EXPECT_FALSE(make()["linux"]["resources"]["memory"].contains("swap"));
  facts_.cgroup_limits = false;
  EXPECT_FALSE(make()["linux"]["resources"].contains("memory"));
  EXPECT_TRUE(make()["linux"]["resources"].contains("devices"));
}

TEST_F(MakeSpec, PrefersTheCompiledFilter) {
  facts_.seccomp = base::Json{{"defaultAction", "SCMP_ACT_ALLOW"}};
  EXPECT_TRUE(make()["linux"].contains("seccomp"));
  facts_.seccomp_bpf = "AAAA";
  EXPECT_FALSE(make()["linux"].contains("seccomp"));
  EXPECT_EQ(make()["annotations"]["run.oci.seccomp_bpf_data"], "AAAA");
}

TEST(FindDevices, TellsWhatIsMissingOrNoDevice) {
  try {
    find_devices({{"/dev/nosuch", "/dev/nosuch"}}, false);
    FAIL() << "no error";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.message(),
              "error gathering device information while adding custom device \"/dev/nosuch\": no "
              "such file or "
              "directory");
    EXPECT_EQ(error.kind(), base::Kind::command_missing);
  }
  EXPECT_THROW(find_devices({{"/etc/passwd", "/dev/x"}}, false), base::Error);
}

TEST(FindDevices, FollowsLinksAndDirectories) {
  base::TempDir directory("/dev", "berth-devices");
  std::filesystem::create_symlink("/dev/zero", directory.path() + "/link");
  const auto linked = find_devices({{directory.path() + "/link", "/dev/other", "r"}}, false);
  ASSERT_EQ(linked.size(), 1U);
  EXPECT_EQ(linked[0].host, "/dev/zero");
  EXPECT_EQ(linked[0].path, "/dev/other");
  EXPECT_EQ(linked[0].minor, 5U);
  EXPECT_EQ(linked[0].access, "r");
  const auto all = find_devices({}, true);
  EXPECT_TRUE(std::any_of(
      all.begin(), all.end(), [](const auto& node) { return node.path == "/dev/null"; }));
  EXPECT_FALSE(std::any_of(
      all.begin(), all.end(), [](const auto& node) { return node.path.starts_with("/dev/pts"); }));
}

}  // namespace
}  // namespace container
