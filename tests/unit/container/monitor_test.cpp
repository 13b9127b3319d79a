// SPDX-License-Identifier: Apache-2.0
#include "container/monitor.hpp"

#include <poll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "container/monitor_frames.hpp"
#include "tests/unit/container/monitor_fixture.hpp"

namespace container {
namespace {

using ::testing::HasSubstr;

base::UniqueFd clone_tree(const std::string& path) {
  constexpr unsigned kClone = 1;  // OPEN_TREE_CLONE
  return base::UniqueFd(
      static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, path.c_str(), kClone | O_CLOEXEC)));
}

/// The monitor of the process that started it last; waits for its end.
void wait_gone(const base::PidRef& process) {
  const auto fd = process.open();
  ASSERT_TRUE(!fd || base::wait_for_exit(fd->get(), 30'000));
}

TEST_F(MonitorTest, NamesARuntimeThatDoesNotExist) {
  TestContainer container("true");
  container.plan.runtime = {"/nosuch/runtime"};
  try {
    container.start();
    FAIL() << "started";
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::not_found);
    EXPECT_EQ(e.message(), "runtime /nosuch/runtime: no such program");
  }
}

TEST_F(MonitorTest, TellsWhatAFailingRuntimeWroteToStderr) {
  TestContainer container("true");
  container.plan.runtime = {container.script("runtime", "echo ignored; echo boom >&2; exit 3")};
  const auto failure = container.start().wait_started();
  ASSERT_TRUE(failure);
  EXPECT_THAT(failure->message, HasSubstr("boom"));
  EXPECT_FALSE(read_running(container.plan_directory()));
  EXPECT_FALSE(read_exit(container.plan_directory()));
}

TEST_F(MonitorTest, PrefersTheRuntimesOwnLogOverStderr) {
  TestContainer container("true");
  container.plan.runtime = {container.script(
      "runtime",
      R"(echo noise >&2; echo '{"msg":"the reason","level":"error","time":"x"}' >&3; exit 1)")};
  EXPECT_EQ(container.start().wait_started().value().message, "the reason");
}

TEST_F(MonitorTest, TellsARuntimesLongTextWithoutBlockingIt) {
  TestContainer container("true");
  container.plan.runtime = {
      container.script("runtime", "yes line | head -c 300000 >&3; echo last >&3; exit 1")};
  EXPECT_THAT(container.start().wait_started().value().message, HasSubstr("line\nlast"));
}

TEST_F(MonitorTest, TellsThatTheRuntimeWasKilled) {
  TestContainer container("true");
  container.plan.runtime = {container.script("runtime", "kill -9 $$")};
  EXPECT_EQ(container.start().wait_started().value().message, "the runtime was killed Killed");
}

TEST_F(MonitorTest, TellsThatTheRuntimeLeftNoProcess) {
  TestContainer container("true");
  container.plan.runtime = {container.script("runtime", "exit 0")};
  EXPECT_THAT(container.start().wait_started().value().message,
              HasSubstr("no process of the container in "));
}

TEST_F(MonitorTest, DoesNotTakeAForeignProcessForTheContainers) {
  TestContainer container("true");
  container.plan.runtime = {container.script(
      "runtime", "echo " + std::to_string(::getpid()) + " > " + container.plan.pid_file)};
  EXPECT_THAT(container.start().wait_started().value().message,
              HasSubstr("no process of the container in "));
}

TEST_F(MonitorTest, TellsWhyCrunCannotExecuteTheCommand) {
  TestContainer container("true");
  container.config["process"]["args"] = {"/bin/nosuch"};
  EXPECT_EQ(container.start().wait_started().value().message,
            "executable file `/bin/nosuch` not found in $PATH: No such file or directory");
}

TEST_F(MonitorTest, TellsWhichMountHasNoPlace) {
  TestContainer container("true");
  container.plan.mounts.push_back({clone_tree("/usr"), container.path("missing")});
  EXPECT_EQ(container.start().wait_started().value().message,
            "move a mount to " + container.path("missing") + ": No such file or directory");
}

TEST_F(MonitorTest, TellsThatTheLogCannotBeOpened) {
  TestContainer container("true");
  container.plan.log.path = container.path("nosuch/log");
  EXPECT_EQ(container.start().wait_started().value().message,
            "open " + container.path("nosuch/log") + ": No such file or directory");
}

TEST_F(MonitorTest, CleansUpAfterAFailedStartWhenNobodyPromisedTo) {
  TestContainer container("true");
  container.plan.runtime = {container.script("runtime", "exit 1")};
  container.plan.cleanup = {
      container.script("cleanup", "echo done > " + container.path("run/cleaned"))};
  container.start().wait_started();
  wait_for(container.plan_directory(), [&] { return base::exists(container.path("run/cleaned")); });
}

TEST_F(MonitorTest, RefusesAPlanItDoesNotUnderstand) {
  auto [ours, theirs] = base::make_socket_pair(SOCK_SEQPACKET);
  for (const std::string& plan :
       {std::string(), std::string("nonsense"), std::string(4096, '\0'), std::string(4096, 'x')}) {
    const base::UniqueFd file = base::make_memory_file("plan", plan);
    auto child = base::spawn({.argv = {base::executable_directory() + "/berth-monitor"},
                              .pass = {theirs.get(), file.get()}});
    EXPECT_EQ(child.wait().code, 1);
  }
}

TEST_F(MonitorTest, NotesTheRunAndTheExit) {
  TestContainer container("read x; exit 7");
  container.plan.open_stdin = true;
  container.plan.attached = {.in = true};
  const auto before = base::now();
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  const auto running = read_running(container.plan_directory());
  ASSERT_TRUE(running);
  EXPECT_TRUE(running->init.is_alive());
  EXPECT_TRUE(running->monitor.is_alive());
  EXPECT_GE(running->started, before);
  EXPECT_FALSE(read_exit(container.plan_directory()));
  send_frame(client.socket(), protocol::FrameKind::input_end, {});
  const Exit exit = client.wait_exit();
  EXPECT_EQ(exit.code, 7);
  EXPECT_FALSE(exit.oom_killed);
  EXPECT_GE(exit.finished, running->started);
  const auto noted = read_exit(container.plan_directory());
  ASSERT_TRUE(noted);
  EXPECT_EQ(noted->code, 7);
  EXPECT_EQ(noted->finished, exit.finished);
  wait_gone(running->monitor);
  EXPECT_FALSE(connect_monitor(container.plan_directory()));
}

TEST_F(MonitorTest, GivesASignalAsAShellDoes) {
  TestContainer container("sleep 1000");
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  read_running(container.plan_directory())->init.signal(SIGKILL);
  EXPECT_EQ(client.wait_exit().code, 137);
}

TEST_F(MonitorTest, PassesASignalOnToTheContainer) {
  TestContainer container(
      "trap 'exit 9' TERM; echo up > /data/up; while :; do read x < /data/fifo; done");
  ASSERT_EQ(::mkfifo((container.rootfs() + "/data/fifo").c_str(), 0600), 0);
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  wait_for(container.rootfs() + "/data",
           [&] { return base::exists(container.rootfs() + "/data/up"); });
  read_running(container.plan_directory())->monitor.signal(SIGTERM);
  EXPECT_EQ(client.wait_exit().code, 9);
}

TEST_F(MonitorTest, StartsEvenWhenItsClientIsKilledAtOnce) {
  TestContainer container("exit 5");
  container.plan.cleanup = {
      container.script("cleanup", "echo done > " + container.path("run/cleaned"))};
  Forked([&] {
    container.start();
    return ::kill(::getpid(), SIGKILL);
  }).wait();
  wait_for(container.plan_directory(), [&] { return base::exists(container.path("run/cleaned")); });
  EXPECT_EQ(read_exit(container.plan_directory()).value().code, 5);
}

TEST_F(MonitorTest, CleansUpWhenTheClientThatPromisedToIsKilled) {
  TestContainer container("read x");
  container.plan.open_stdin = true;
  container.plan.attached = {.in = true};
  container.plan.cleanup = {
      container.script("cleanup", "echo done > " + container.path("run/cleaned"))};
  Forked([&] {
    auto client = container.start();
    client.claim_cleanup();
    client.wait_started();
    return ::kill(::getpid(), SIGKILL);
  }).wait();
  wait_for(container.plan_directory(), [&] { return base::exists(container.path("run/cleaned")); });
  EXPECT_TRUE(read_exit(container.plan_directory()));
}

TEST_F(MonitorTest, CleansUpWhenTheClientDiesBetweenExitAndItsOwnCleanUp) {
  TestContainer container("exit 0");
  container.plan.cleanup = {
      container.script("cleanup", "echo done > " + container.path("run/cleaned"))};
  std::optional<MonitorClient> client = container.start();
  client->claim_cleanup();
  ASSERT_TRUE(starts(*client));
  client->wait_exit();
  EXPECT_FALSE(base::exists(container.path("run/cleaned")));
  client.reset();
  wait_for(container.plan_directory(), [&] { return base::exists(container.path("run/cleaned")); });
}

TEST_F(MonitorTest, LeavesTheCleanUpToTheClientThatHasDoneIt) {
  TestContainer container("exit 0");
  container.plan.cleanup = {
      container.script("cleanup", "echo done > " + container.path("run/cleaned"))};
  auto client = container.start();
  client.claim_cleanup();
  ASSERT_TRUE(starts(client));
  const auto monitor = read_running(container.plan_directory()).value().monitor;
  client.wait_exit();
  client.cleaned();
  wait_gone(monitor);
  EXPECT_FALSE(base::exists(container.path("run/cleaned")));
}

TEST_F(MonitorTest, AKilledMonitorIsTheEndWith137) {
  TestContainer container("sleep 1000");
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  read_running(container.plan_directory())->monitor.signal(SIGKILL);
  EXPECT_EQ(client.wait_exit().code, 137);
  EXPECT_TRUE(read_running(container.plan_directory())->init.is_alive());
}

TEST_F(MonitorTest, LaterClientsLearnOfTheExitToo) {
  TestContainer container("read x; exit 3");
  container.plan.open_stdin = true;
  container.plan.attached = {.in = true};
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  auto later = connect_monitor(container.plan_directory());
  ASSERT_TRUE(later);
  send_frame(client.socket(), protocol::FrameKind::input_end, {});
  EXPECT_EQ(later->wait_exit().code, 3);
}

TEST_F(MonitorTest, DoesNotWaitForProcessesThatOutliveTheFirst) {
  TestContainer container("sleep 1000 & echo $! > /data/pid; echo said; exit 4");
  container.config["linux"]["namespaces"] = {
      {{"type", "mount"}}};  // the host's pids: nobody ends the sleeper
  container.plan.attached = {.out = true};
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  FrameReader reader(client.socket());
  const auto output = reader.next();
  ASSERT_EQ(output->kind, protocol::FrameKind::out);
  EXPECT_EQ(output->payload, "said\n");
  EXPECT_EQ(client.wait_exit().code, 4);
  const auto sleeper = base::read_file(container.rootfs() + "/data/pid");
  EXPECT_EQ(::kill(std::stoi(sleeper), SIGKILL), 0);
}

TEST_F(MonitorTest, LeavesTheCleanUpOfAFailedStartToTheClientThatClaimed) {
  TestContainer container("true");
  container.plan.claimed = true;
  container.plan.runtime = {container.script("runtime", "echo broken >&2; exit 1")};
  container.plan.cleanup = {
      container.script("cleanup", "echo done > " + container.path("run/cleaned"))};
  auto client = container.start();
  EXPECT_EQ(client.wait_started().value().message, "broken");
  client.cleaned();
  EXPECT_FALSE(FrameReader(client.socket()).next());  // the monitor has ended
  EXPECT_FALSE(base::exists(container.path("run/cleaned")));
}

/// True when the other end of a pipe is closed everywhere.
bool is_closed(int fd) {
  char byte;
  return ::read(fd, &byte, 1) == 0;
}

TEST_F(MonitorTest, KeepsWhatItHoldsUntilTheEndIsTold) {
  TestContainer container("read x");
  base::Pipe pipe = base::make_pipe();
  ASSERT_EQ(::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK), 0);
  container.plan.open_stdin = true;
  container.plan.attached = {.in = true};
  container.plan.held.push_back(std::move(pipe.write));
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  EXPECT_FALSE(is_closed(pipe.read.get()));
  send_frame(client.socket(), protocol::FrameKind::input_end, {});
  client.wait_exit();
  EXPECT_TRUE(is_closed(pipe.read.get()));
}

TEST_F(MonitorTest, PutsMountsInPlaceForTheRuntimeAlone) {
  TestContainer container("cat /mnt/file; exit 0");
  base::make_directory(container.path("slot"));
  base::make_directory(container.path("source"));
  base::make_directory(container.rootfs() + "/mnt");
  base::write_file(container.path("source/file"), "seen\n");
  container.plan.mounts.push_back({clone_tree(container.path("source")), container.path("slot")});
  container.config["mounts"].push_back({{"destination", "/mnt"},
                                        {"type", "bind"},
                                        {"source", container.path("slot")},
                                        {"options", {"bind"}}});
  container.plan.attached = {.out = true};
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  FrameReader reader(client.socket());
  EXPECT_EQ(reader.next().value().payload, "seen\n");
  EXPECT_EQ(client.wait_exit().code, 0);
  EXPECT_FALSE(base::exists(container.path("slot/file")));
}

TEST_F(MonitorTest, HidesTheHostsTmpFromTheRuntime) {
  TestContainer container("true");
  const base::TempDir in_tmp("/tmp", "berth-monitor-test");
  base::write_file(in_tmp.path() + "/file", "");
  const std::string name = in_tmp.path().substr(5);
  container.plan.runtime = {
      container.script("runtime", "cd /tmp; ls -A " + name + " >&3; touch left; exit 1")};
  EXPECT_THAT(container.start().wait_started().value().message, HasSubstr("No such file"));
  EXPECT_FALSE(base::exists("/tmp/left"));
}

TEST_F(MonitorTest, NotesThatTheKernelKilledForLackOfMemory) {
  const std::string name = "berth-test-" + base::random_hex(8),
                    cgroup = "/sys/fs/cgroup/memory/" + name;
  if (!base::exists("/sys/fs/cgroup/memory/memory.oom_control"))
    GTEST_SKIP() << "needs cgroup v1 memory";
  TestContainer container("x=$(head -c 200000000 /dev/zero | busybox tr '\\0' x); exit 1");
  container.cgroup_manager = "cgroupfs";
  container.config["linux"]["cgroupsPath"] = "/" + name;
  container.config["linux"]["resources"] = {{"memory", {{"limit", 16'000'000}}}};
  container.plan.oom_events = cgroup + "/memory.oom_control";
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  const Exit exit = client.wait_exit();
  EXPECT_TRUE(exit.oom_killed);
  EXPECT_TRUE(read_exit(container.plan_directory())->oom_killed);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(MonitorTest, FiveIdleOnesTakeLittleMemoryEach) {
  std::vector<std::unique_ptr<TestContainer>> containers;
  for (int i = 0; i < 5; ++i) {
    containers.push_back(std::make_unique<TestContainer>("sleep 1000"));
    auto client = containers.back()->start();
    ASSERT_TRUE(starts(client));
  }
  for (const auto& container : containers) {
    const auto monitor = read_running(container->plan_directory()).value().monitor;
    const auto memory = base::read_file("/proc/" + std::to_string(monitor.pid) + "/smaps_rollup");
    const auto at = memory.find("Pss:");
    ASSERT_NE(at, std::string::npos);
    EXPECT_LE(std::stoi(memory.substr(at + 4)), 100) << memory;
  }
}
#endif

}  // namespace
}  // namespace container
