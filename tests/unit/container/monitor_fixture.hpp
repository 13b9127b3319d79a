// SPDX-License-Identifier: Apache-2.0
// A container of busybox, run by crun under a monitor, with files of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <poll.h>
#include <string>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/id.hpp"
#include "base/inotify.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "container/monitor.hpp"

namespace container {

inline bool can_run_containers() {
  return ::geteuid() == 0 && base::find_program("crun") && base::exists("/bin/busybox");
}

/// Waits until `done` holds, looking again at each change in `directory`.
inline void wait_for(const std::string& directory, const std::function<bool()>& done) {
  base::Inotify watch;
  watch.watch(directory, IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_DELETE);
  while (!done()) {
    pollfd polled{watch.get(), POLLIN, 0};
    ASSERT_GT(::poll(&polled, 1, 30'000), 0) << "nothing happened in " << directory;
    watch.drain();
  }
}

inline ::testing::AssertionResult starts(MonitorClient& client) {
  if (const auto failure = client.wait_started())
    return ::testing::AssertionFailure() << failure->message;
  return ::testing::AssertionSuccess();
}

/// Runs `act` in a forked process and gives its exit code (128 + n for a signal).
class Forked {
 public:
  explicit Forked(const std::function<int()>& act) : pid_(::fork()) {
    if (pid_ != 0) return;
    int code = 99;
    try {
      code = act();
    } catch (const std::exception& e) {
      ::dprintf(2, "%s\n", e.what());
    }
    ::_exit(code);
  }

  ~Forked() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }

  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return base::ExitStatus::from_wait(status).shell_code();
  }

 private:
  pid_t pid_;
};

/// A busybox container; its bundle and run directory lie below a directory of its own.
class TestContainer {
 public:
  explicit TestContainer(const std::string& script) : directory_("/var/tmp", "berth-monitor-test") {
    for (const char* name :
         {"rootfs", "rootfs/bin", "rootfs/proc", "rootfs/dev", "rootfs/data", "run"}) {
      base::make_directory(directory_.path() + "/" + name);
    }
    std::filesystem::copy_file("/bin/busybox", rootfs() + "/bin/busybox");
    for (const char* name : {"sh", "cat", "head", "sleep", "stty", "dd", "yes", "seq", "true"}) {
      std::filesystem::create_symlink("busybox", rootfs() + "/bin/" + name);
    }
    plan.id = id_;
    config = {
        {"ociVersion", "1.0.2"},
        {"process",
         {{"terminal", false},
          {"user", {{"uid", 0}, {"gid", 0}}},
          {"args", {"/bin/sh", "-c", script}},
          {"env", {"PATH=/bin"}},
          {"cwd", "/"}}},
        {"root", {{"path", rootfs()}}},
        {"mounts",
         {{{"destination", "/proc"}, {"type", "proc"}, {"source", "proc"}},
          {{"destination", "/dev"}, {"type", "tmpfs"}, {"source", "tmpfs"}},
          {{"destination", "/dev/pts"},
           {"type", "devpts"},
           {"source", "devpts"},
           {"options", {"newinstance", "ptmxmode=0666"}}}}},
        {"linux", {{"namespaces", {{{"type", "pid"}}, {{"type", "mount"}}, {{"type", "ipc"}}}}}}};
    plan.directory = directory_.path() + "/run";
    plan.pid_file = plan.directory + "/pid";
    plan.log.path = directory_.path() + "/log";
  }

  ~TestContainer() {
    if (const auto running = read_running(plan_directory())) {
      running->init.signal(SIGKILL);
      running->monitor.signal(SIGKILL);
    }
    base::run_captured({.argv = {"crun", "--root", state(), "delete", "-f", id_}});
  }

  std::string rootfs() const { return directory_.path() + "/rootfs"; }

  std::string path(const std::string& name) const { return directory_.path() + "/" + name; }

  std::string plan_directory() const { return directory_.path() + "/run"; }

  std::string state() const { return directory_.path() + "/crun"; }

  /// Writes the bundle and starts; the plan is used up.
  MonitorClient start() {
    if (plan.tty) {
      config["process"]["terminal"] = true;
      config["process"]["consoleSize"] = {{"height", plan.rows}, {"width", plan.columns}};
    }
    base::write_file(path("config.json"), config.dump());
    if (plan.runtime.empty()) plan.runtime = crun();
    return start_monitor(std::move(plan));
  }

  std::vector<std::string> crun() const {
    std::vector<std::string> argv = {
        "crun", "--root", state(), "--cgroup-manager=" + cgroup_manager};
    argv.insert(argv.end(), kRuntimeLogOptions.begin(), kRuntimeLogOptions.end());
    argv.insert(argv.end(),
                {"run", "-d", "--bundle", directory_.path(), "--pid-file", plan.pid_file});
    if (plan.tty) argv.insert(argv.end(), {"--console-socket", plan.directory + "/console"});
    argv.push_back(plan.id);
    return argv;
  }

  /// A program that does what a shell script says.
  std::string script(const std::string& name, const std::string& text) const {
    base::write_file(path(name), "#!/bin/sh\n" + text + "\n", 0755);
    return path(name);
  }

  MonitorPlan plan;
  nlohmann::json config;
  std::string cgroup_manager = "disabled";

 private:
  base::TempDir directory_;
  std::string id_ = "test-" + base::random_hex(12);
};

class MonitorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!can_run_containers()) GTEST_SKIP() << "needs root, crun and busybox";
  }
};

}  // namespace container
