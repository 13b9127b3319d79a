// SPDX-License-Identifier: Apache-2.0
// Flags of run and create, read as a command line is: what docker's client refuses, what its engine does, and what
// becomes of the rest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "argv.hpp"
#include "base/file.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/create_flags.hpp"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

container::CreateOptions read(const std::vector<std::string>& words) {
  CreateFlags flags;
  FlagTable table;
  add_create_flags(table, flags);
  const auto declared = table.flags();
  table.apply(declared, split_argv(declared, words, false));
  return finish(flags);
}

/// "flag: ", "client: ", "unsupported: " or nothing in front of the sentence says who refuses.
std::string refusal(const std::vector<std::string>& words) {
  try {
    container::validate(read(words));
  } catch (const UsageError& error) {
    return "flag: " + error.message();
  } catch (const ClientError& error) {
    return "client: " + error.message();
  } catch (const base::Error& error) {
    return (error.kind() == base::Kind::unsupported ? "unsupported: " : "") + error.message();
  }
  return "no refusal";
}

struct Refusal {
  std::vector<std::string> words;
  std::string message;
};

TEST(CreateFlags, RefusesValuesAsTheyAreRead) {
  const Refusal cases[] = {
      {{"--memory", "5x"},
       "invalid argument \"5x\" for \"-m, --memory\" flag: invalid suffix: 'x'"},
      {{"-m", "-5"}, "invalid argument \"-5\" for \"-m, --memory\" flag: invalid size: '-5'"},
      {{"--shm-size", "abc"},
       "invalid argument \"abc\" for \"--shm-size\" flag: invalid size: 'abc'"},
      {{"--cpus", "abc"},
       "invalid argument \"abc\" for \"--cpus\" flag: failed to parse abc as a rational number"},
      {{"--pids-limit", "abc"},
       "invalid argument \"abc\" for \"--pids-limit\" flag: strconv.ParseInt: parsing \"abc\": "
       "invalid syntax"},
      {{"--stop-timeout", "abc"},
       "invalid argument \"abc\" for \"--stop-timeout\" flag: strconv.ParseInt: parsing \"abc\": "
       "invalid syntax"},
      {{"--rm=maybe"},
       "invalid argument \"maybe\" for \"--rm\" flag: strconv.ParseBool: parsing \"maybe\": "
       "invalid syntax"},
      {{"-e", "=x"},
       "invalid argument \"=x\" for \"-e, --env\" flag: invalid environment variable: =x"},
      {{"-l", "=x"},
       "invalid argument \"=x\" for \"-l, --label\" flag: invalid label '=x': empty name"},
      {{"-l", "a b=x"},
       "invalid argument \"a b=x\" for \"-l, --label\" flag: label 'a b' contains whitespaces"},
      {{"-a", "stdx"},
       "invalid argument \"stdx\" for \"-a, --attach\" flag: valid streams are STDIN, STDOUT and "
       "STDERR"},
      {{"--ulimit", "nosuch=1"},
       "invalid argument \"nosuch=1\" for \"--ulimit\" flag: invalid ulimit type: nosuch"},
      {{"--sysctl", "kernel.nosuch=1"},
       "invalid argument \"kernel.nosuch=1\" for \"--sysctl\" flag: sysctl 'kernel.nosuch=1' is "
       "not allowed"},
      {{"--sysctl", "net.x"},
       "invalid argument \"net.x\" for \"--sysctl\" flag: sysctl 'net.x' is not allowed"},
      {{"--mount", "type=bind,nosuch=1"},
       "invalid argument \"type=bind,nosuch=1\" for \"--mount\" flag: unknown option 'nosuch' in "
       "'nosuch=1'"},
      {{"--dns", "nonsense"},
       "invalid argument \"nonsense\" for \"--dns\" flag: IP address is not correctly formatted: "
       "nonsense"},
      {{"--add-host", "bad"},
       "invalid argument \"bad\" for \"--add-host\" flag: bad format for add-host: \"bad\""},
      {{"--ip", "nonsense"},
       "invalid argument \"nonsense\" for \"--ip\" flag: failed to parse IP: \"nonsense\""},
      {{"--network", "name=bridge,nosuch=1"},
       "invalid argument \"name=bridge,nosuch=1\" for \"--network\" flag: invalid field key "
       "nosuch"},
      {{"--device-cgroup-rule", "x"},
       "invalid argument \"x\" for \"--device-cgroup-rule\" flag: invalid device cgroup format "
       "'x'"},
      {{"--nosuchflag"}, "unknown flag: --nosuchflag"},
      {{"--name"}, "flag needs an argument: --name"},
      {{"-h"}, "flag needs an argument: 'h' in -h"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.words), "flag: " + c.message);
}

TEST(CreateFlags, RefusesAsDockersClientOnceAllAreRead) {
  const Refusal cases[] = {
      {{"--env-file", "nosuchfile"}, "--env-file: open nosuchfile: no such file or directory"},
      {{"--label-file", "nosuchfile"}, "--label-file: open nosuchfile: no such file or directory"},
      {{"--pid", "nosuch"}, "--pid: invalid PID mode"},
      {{"--pid", "container:"}, "--pid: invalid PID mode"},
      {{"--uts", "nosuch"}, "--uts: invalid UTS mode"},
      {{"--userns", "nosuch"}, "--userns: invalid USER mode"},
      {{"--userns", "keep-id:uid=x"}, "--userns: invalid USER mode"},
      {{"--cgroupns", "nosuch"}, "--cgroupns: invalid CGROUP mode"},
      {{"--restart", "on-failure:x"},
       "invalid restart policy format: maximum retry count must be an integer"},
      {{"--restart", ":3"}, "invalid restart policy format: no policy provided before colon"},
      {{"--restart", "always", "--rm"},
       "conflicting options: cannot specify both --restart and --rm"},
      {{"--security-opt", "x"}, "invalid --security-opt: \"x\""},
      {{"--security-opt", "seccomp="}, "invalid --security-opt: \"seccomp=\""},
      {{"--security-opt", "seccomp=/no/such/profile"},
       "opening seccomp profile (/no/such/profile) failed: open /no/such/profile: no such file or "
       "directory"},
      {{"--mac-address", "x"}, "x is not a valid mac address"},
      {{"--network", "none", "--network", "none"}, "network \"none\" is specified multiple times"},
      {{"--network", ""}, "no name set for network"},
      {{"--network-alias", "x"},
       "network-scoped aliases are only supported for user-defined networks"},
      {{"--log-driver", "none", "--log-opt", "max-size=1"}, "invalid logging opts for driver none"},
      {{"-v", "/a::/b"}, "invalid spec: /a::/b: empty section between colons"},
      {{"--device", "x"}, "x is not an absolute path"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.words), "client: " + c.message);
}

TEST(CreateFlags, RefusesPortsAsTheClient) {
  EXPECT_THAT(refusal({"-p", "x"}), testing::StartsWith("client: "));
  EXPECT_THAT(refusal({"--expose", "x"}), testing::StartsWith("client: "));
}

TEST(CreateFlags, RefusesAsDockersEngine) {
  const Refusal cases[] = {
      {{"--name", "bad name"},
       "Invalid container name (bad name), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"},
      {{"--name", "-x"}, "Invalid container name (-x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"},
      {{"--name", "z"}, "Invalid container name (z), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"},
      {{"-w", "relative"},
       "the working directory 'relative' is invalid, it needs to be an absolute path"},
      {{"--stop-signal", "NOSUCH"}, "invalid signal: NOSUCH"},
      {{"-h", std::string(65, 'x')},
       "hostname \"" + std::string(65, 'x') + "\" is too long (maximum 64 bytes)"},
      {{"--oom-score-adj", "2000"}, "Invalid value 2000, range for oom score adj is [-1000, 1000]"},
      {{"--annotation", "=x"},
       "invalid Annotations: the empty string is not permitted as an annotation key"},
      {{"--cap-add", "NOSUCH"}, "invalid CapAdd: unknown capability: \"CAP_NOSUCH\""},
      {{"--security-opt", "nosuch=1"}, "invalid --security-opt 2: \"nosuch=1\""},
      {{"--security-opt", "no-new-privileges=x"},
       "invalid --security-opt 2: \"no-new-privileges=x\""},
      {{"--memory", "1024"}, "Minimum memory limit allowed is 6MB"},
      {{"--memory", "64m", "--memory-swap", "32m"},
       "Minimum memoryswap limit should be larger than memory limit, see usage"},
      {{"--memory-swap", "32m"},
       "You should always set the Memory limit when using Memoryswap limit, see usage"},
      {{"--memory", "64m", "--memory-reservation", "128m"},
       "Minimum memory limit can not be less than memory reservation limit, see usage"},
      {{"--cpus", "1", "--cpu-quota", "1000"},
       "Conflicting options: Nano CPUs and CPU Quota cannot both be set"},
      {{"--cpus", "1", "--cpu-period", "1000"},
       "Conflicting options: Nano CPUs and CPU Period cannot both be set"},
      {{"--cpu-period", "1"},
       "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"},
      {{"--cpu-quota", "1"}, "CPU cfs quota can not be less than 1ms (i.e. 1000)"},
      {{"--cpu-shares", "-1"}, "invalid CPU shares (-1): value must be a positive integer"},
      {{"--cpuset-cpus", "x"}, "Invalid value x for cpuset cpus: invalid format: x"},
      {{"-v", "/a:/m", "-v", "named1:/m"}, "Duplicate mount point: /m"},
      {{"-v", "/a:/m", "--tmpfs", "/m"}, "Duplicate mount point: /m"},
      {{"-v", "/a:/m:nosuchopt"}, "invalid mode: nosuchopt"},
      {{"--tmpfs", "/m:nosuch"}, "invalid tmpfs option [\"nosuch\"]"},
      {{"--restart", "nosuch"},
       "invalid restart policy: unknown policy 'nosuch'; use one of 'no', 'always', 'on-failure', "
       "or "
       "'unless-stopped'"},
      {{"--restart", "always:3"},
       "invalid restart policy: maximum retry count can only be used with 'on-failure'"},
      {{"--network", "container:x", "-p", "80:80"},
       "conflicting options: port publishing and the container type network mode"},
      {{"--network", "container:x", "-h", "other"},
       "conflicting options: hostname and the network mode"},
      {{"--network", "container:"},
       "invalid network mode: invalid container format container:<name|id>"},
      {{"--network", "nosuch"}, "failed to set up container networking: network nosuch not found"},
      {{"--uts", "host", "-h", "x"}, "conflicting options: hostname and the UTS mode"},
      {{"--ipc", "nosuch"}, "invalid IPC mode: nosuch"},
      {{"--log-driver", "nosuch"},
       "error looking up logging plugin nosuch: plugin \"nosuch\" not found"},
      {{"--log-opt", "nosuch=1"}, "unknown log opt 'nosuch' for json-file log driver"},
      {{"--log-opt", "max-size=x"}, "invalid size: 'x'"},
      {{"--log-opt", "max-file=0"}, "max-file cannot be less than 1"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.words), c.message);
  EXPECT_THAT(refusal({"--cpus", "1000"}), testing::StartsWith("range of CPUs is from 0.01 to "));
  EXPECT_THAT(
      refusal({"--cpuset-cpus", "9999"}),
      testing::StartsWith("Requested CPUs are not available - requested 9999, available: "));
}

TEST(CreateFlags, SaysWhatIsNotSupportedYet) {
  const Refusal cases[] = {
      {{"--log-driver", "syslog"}, "log driver syslog is not supported yet"},
      {{"--log-opt", "compress=true"}, "log option compress=true is not supported yet"},
      {{"--network", "slirp4netns"}, "network slirp4netns is not supported"},
      {{"--security-opt", "writable-cgroups=true"},
       "--security-opt writable-cgroups=true is not supported yet"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.words), "unsupported: " + c.message);
}

TEST(CreateFlags, ReadsEnvironmentFilesAndFlags) {
  base::TempDir directory("/tmp", "berth-env");
  const std::string file = directory.path() + "/envs";
  base::write_file(
      file,
      "\xef\xbb\xbf# comment\nX=1\n\n  Y=a b\r\nZ=\"q\"\nBERTH_TEST_H\nBERTH_TEST_NONE\nE=\n");
  ::setenv("BERTH_TEST_H", "h", 1);
  const auto o = read(
      {"--env-file", file, "-e", "A=1", "-e", "BERTH_TEST_H", "--env", "BERTH_TEST_NONE", "-eB="});
  EXPECT_THAT(o.env,
              ElementsAre("X=1",
                          "Y=a b",
                          "Z=\"q\"",
                          "BERTH_TEST_H=h",
                          "E=",
                          "A=1",
                          "BERTH_TEST_H=h",
                          "BERTH_TEST_NONE",
                          "B="));
}

TEST(CreateFlags, RefusesMalformedEnvironmentFiles) {
  base::TempDir directory("/tmp", "berth-env");
  const std::string file = directory.path() + "/bad";
  const Refusal cases[] = {
      {{"bad key=1\n"}, "variable 'bad key' contains whitespaces"},
      {{"A=1\n=x\n"}, "no variable name on line '=x'"},
      {{"A=1\nB=\xff\xfe"}, "invalid utf8 bytes at line 2: [66 61 255 254]"},
  };
  for (const auto& c : cases) {
    base::write_file(file, c.words[0]);
    EXPECT_EQ(refusal({"--env-file", file}),
              "client: --env-file: invalid env file (" + file + "): " + c.message);
  }
}

TEST(CreateFlags, ReadsLabels) {
  base::TempDir directory("/tmp", "berth-labels");
  base::write_file(directory.path() + "/labels", "k1=v1\n#no\nk2\n");
  const auto o = read(
      {"--label-file", directory.path() + "/labels", "-l", "k1=over", "--label", "b", "-lc=x=y"});
  EXPECT_THAT(o.labels, ElementsAre(Pair("b", ""), Pair("c", "x=y"), Pair("k1", "over")));
}

TEST(CreateFlags, ReadsTheProcess) {
  const auto o = read({"-it",
                       "-u",
                       "1",
                       "-u",
                       "2",
                       "-w/srv",
                       "-h",
                       "box",
                       "--domainname",
                       "example.org",
                       "-a",
                       "STDIN",
                       "--group-add",
                       "77",
                       "--stop-signal",
                       "USR1",
                       "--stop-timeout",
                       "7",
                       "--oom-score-adj",
                       "-5",
                       "--rm",
                       "--read-only=true",
                       "--name",
                       "n1",
                       "--annotation",
                       "a=b=c",
                       "--cidfile",
                       "x"});
  EXPECT_TRUE(o.tty && o.interactive && o.remove && o.read_only);
  EXPECT_EQ(o.user, "2");
  EXPECT_EQ(o.working_dir, "/srv");
  EXPECT_EQ(o.hostname, "box");
  EXPECT_THAT(o.attach, ElementsAre("stdin"));
  EXPECT_EQ(o.stop_timeout, 7);
  EXPECT_EQ(o.oom_score_adj, -5);
  EXPECT_THAT(o.annotations, ElementsAre(Pair("a", "b=c")));
  EXPECT_EQ(o.restart.name, "no");
  EXPECT_EQ(o.entrypoint, std::nullopt);
  EXPECT_FALSE(read({"-it=false"}).tty);
}

TEST(CreateFlags, ReplacesOrClearsTheEntrypoint) {
  EXPECT_THAT(*read({"--entrypoint", "a b"}).entrypoint, ElementsAre("a b"));
  EXPECT_THAT(*read({"--entrypoint", ""}).entrypoint, testing::IsEmpty());
}

TEST(CreateFlags, ReadsLimits) {
  const auto o = read({"-m",
                       "64m",
                       "--memory-swap",
                       "-1",
                       "--cpus",
                       "1.5",
                       "-c",
                       "512",
                       "--pids-limit",
                       "50",
                       "--ulimit",
                       "nofile=1",
                       "--ulimit",
                       "core=0",
                       "--ulimit",
                       "nofile=64:128",
                       "--shm-size",
                       "32m",
                       "--sysctl",
                       "net.a=1=2"});
  EXPECT_EQ(o.resources.memory, 64 << 20);
  EXPECT_EQ(o.resources.memory_swap, -1);
  EXPECT_EQ(o.resources.nano_cpus, 1'500'000'000);
  EXPECT_EQ(o.resources.cpu_shares, 512);
  EXPECT_EQ(o.resources.pids_limit, 50);
  ASSERT_EQ(o.ulimits.size(), 2U);
  EXPECT_EQ(o.ulimits[0].name, "core");
  EXPECT_EQ(o.ulimits[1].soft, 64);
  EXPECT_EQ(o.shm_size, 32 << 20);
  EXPECT_EQ(read({"--shm-size", "0"}).shm_size, std::nullopt);
  EXPECT_THAT(o.sysctls, ElementsAre(Pair("net.a", "1=2")));
}

TEST(CreateFlags, ReadsMountsInOrder) {
  const auto o = read({"--tmpfs",
                       "/t",
                       "-v",
                       "/a:/m",
                       "-v",
                       "/anon",
                       "-v",
                       "/anon",
                       "-v",
                       "/m",
                       "--tmpfs",
                       "/t:size=1m",
                       "--mount",
                       "type=volume,src=x,dst=/x"});
  ASSERT_EQ(o.mounts.size(), 4U) << "anonymous volumes give way";
  EXPECT_EQ(o.mounts[0].source, "/a");
  EXPECT_EQ(o.mounts[1].target, "/anon");
  EXPECT_EQ(o.mounts[2].target, "/x");
  EXPECT_EQ(o.mounts[3].mode_text, "size=1m");
}

TEST(CreateFlags, ReadsSecurity) {
  base::TempDir directory("/tmp", "berth-profile");
  const std::string profile = directory.path() + "/p.json";
  base::write_file(profile, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
  const auto o = read({"--cap-add",
                       "a",
                       "--cap-drop",
                       "all",
                       "--privileged",
                       "--security-opt",
                       "no-new-privileges",
                       "--security-opt",
                       "seccomp=" + profile,
                       "--security-opt",
                       "mask=/a:/b",
                       "--security-opt",
                       "unmask=ALL",
                       "--security-opt",
                       "label=disable",
                       "--security-opt",
                       "apparmor:unconfined"});
  EXPECT_TRUE(o.security.privileged && o.security.no_new_privileges);
  EXPECT_EQ(o.security.seccomp_profile, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
  EXPECT_THAT(o.security.mask, ElementsAre("/a", "/b"));
  EXPECT_THAT(o.security.unmask, ElementsAre("ALL"));
  EXPECT_EQ(o.security.given.size(), 6U);
  EXPECT_EQ(o.security.apparmor, "unconfined");
  EXPECT_THAT(o.security.label, ElementsAre("disable"));
  EXPECT_EQ(read({"--security-opt", "apparmor=mine"}).security.apparmor, "mine");
  EXPECT_FALSE(read({"--security-opt", "no-new-privileges:false"}).security.no_new_privileges);
  EXPECT_EQ(read({"--security-opt", "seccomp=unconfined"}).security.seccomp, "unconfined");
  base::write_file(profile, "{");
  EXPECT_THAT(refusal({"--security-opt", "seccomp=" + profile}),
              HasSubstr("client: compacting json for seccomp profile (" + profile + ") failed: "));
}

TEST(CreateFlags, ReadsNetworksAndNamespaces) {
  const auto o = read({"--net",
                       "name=bridge,ip=10.0.0.9,mac-address=02:99:00:00:00:01",
                       "-p",
                       "8080:80",
                       "--expose",
                       "90/udp",
                       "-P",
                       "--dns",
                       "8.8.8.8",
                       "--dns-search",
                       "a.example",
                       "--dns-opt",
                       "ndots:3",
                       "--dns-option",
                       "x",
                       "--add-host",
                       "one=1.1.1.1",
                       "--pid",
                       "host",
                       "--ipc",
                       "shareable",
                       "--userns",
                       "keep-id:uid=5,gid=6",
                       "--cgroupns",
                       "private"});
  EXPECT_EQ(o.namespaces.network, "bridge");
  EXPECT_EQ(o.address, "10.0.0.9");
  EXPECT_EQ(o.mac, "02:99:00:00:00:01");
  ASSERT_EQ(o.publish.size(), 1U);
  EXPECT_EQ(o.publish[0].host_port, 8080);
  ASSERT_EQ(o.expose.size(), 1U);
  EXPECT_EQ(o.expose[0].protocol, "udp");
  EXPECT_TRUE(o.publish_all);
  EXPECT_THAT(o.dns_options, ElementsAre("ndots:3", "x"));
  EXPECT_THAT(o.extra_hosts, ElementsAre("one:1.1.1.1"));
  EXPECT_EQ(o.namespaces.pid, "host");
  EXPECT_EQ(o.namespaces.ipc, "shareable");
  EXPECT_EQ(o.namespaces.user, "keep-id:uid=5,gid=6");
  EXPECT_EQ(read({}).namespaces.network, "default");
  EXPECT_EQ(read({"--network", "ns:/run/a=b"}).namespaces.network, "ns:/run/a=b");
}

TEST(CreateFlags, ReadsLogOptions) {
  const auto o = read({"--log-opt", "max-size=10m", "--log-opt", "max-file=3"});
  EXPECT_EQ(o.log.driver, "json-file");
  EXPECT_EQ(o.log.max_size, 10'000'000);
  EXPECT_EQ(o.log.max_files, 3);
  EXPECT_EQ(o.log.options.at("max-size"), "10m");
  EXPECT_EQ(read({"--log-driver", "k8s-file"}).log.max_size, -1);
}

TEST(CreateFlags, ReadsThePullPolicy) {
  CreateFlags flags;
  EXPECT_EQ(pull_policy(flags), PullPolicy::missing);
  flags.pull = "always";
  EXPECT_EQ(pull_policy(flags), PullPolicy::always);
  flags.pull = "nosuch";
  try {
    pull_policy(flags);
    FAIL() << "no refusal";
  } catch (const ClientError& error) {
    EXPECT_EQ(error.message(),
              "invalid pull option: 'nosuch': must be one of \"always\", \"missing\" or \"never\"");
  }
}

TEST(CreateOptions, SurviveBeingStored) {
  const auto o = read({"-m",
                       "64m",
                       "--device-cgroup-rule",
                       "c 1:* r",
                       "--tmpfs",
                       "/t:size=1m",
                       "--log-opt",
                       "max-size=1m",
                       "--entrypoint",
                       "",
                       "-p",
                       "80:80"});
  const auto json = base::to_json(o);
  EXPECT_EQ(base::to_json(base::from_json<container::CreateOptions>(json, "options")), json);
}

}  // namespace
}  // namespace cli
