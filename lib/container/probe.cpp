// SPDX-License-Identifier: Apache-2.0
#include "container/probe.hpp"

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/pid_ref.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/runtime.hpp"
#include "container/start.hpp"

namespace container {

namespace {

using Clock = std::chrono::steady_clock;

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count() + 1, 0, 1 << 30));
}

/// Reads until the streams or the time end; what is beyond the kept size is read and dropped. False when time ran out.
bool read_output(int fd, std::string& output, std::size_t kept, Clock::time_point deadline) {
  char buffer[4096];
  for (;;) {
    pollfd polled{fd, POLLIN, 0};
    const int ready = ::poll(&polled, 1, milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t n = base::retry([&] { return ::read(fd, buffer, sizeof buffer); });
    if (n <= 0) return true;
    output.append(buffer, std::min(static_cast<std::size_t>(n), kept - output.size()));
  }
}

/// The runtime's end does not end the process inside: that one has noted its pid.
void kill_inside(const std::string& pid_file) {
  const auto text = base::find_file_text(pid_file);
  const auto pid = text ? base::parse_number<pid_t>(base::trim(*text)) : std::nullopt;
  if (const auto process = pid ? base::PidRef::of(*pid) : std::nullopt) process->signal(SIGKILL);
}

}  // namespace

Probe run_probe(Engine& engine,
                const Record& record,
                const std::vector<std::string>& command,
                std::chrono::nanoseconds timeout,
                std::size_t kept) {
  const std::string directory = engine.run_directory(record.id);
  const auto taken = read_taken(engine, record.id);
  const auto config = base::find_file_text(directory + "/bundle/config.json");
  if (!taken || !config)
    base::fail(base::Kind::wrong_state, "container {} is not running", record.id);
  base::Json process = base::parse_json(*config, "config.json")["process"];
  process["args"] = command;
  process["terminal"] = false;
  const auto file = base::make_memory_file(
      "process", process.dump(-1, ' ', false, base::Json::error_handler_t::replace));
  const std::string pid_file = fmt::format("{}/probe-{}", directory, ::getpid());
  const Runtime runtime(engine, taken->runtime, taken->cgroup_manager);
  auto streams = base::make_pipe();
  base::Command exec{
      .argv = runtime.command(
          {"exec", "--process", "/proc/self/fd/3", "--pid-file", pid_file, record.id}),
      .pass = {file.get()}};
  exec.out = exec.err = streams.write.get();
  base::Child child = base::spawn(exec);
  streams.write.reset();
  const auto deadline = Clock::now() + timeout;
  Probe probe;
  const auto pid = base::PidRef::of(child.pid());
  const auto runtime_end = pid ? pid->open() : std::nullopt;
  probe.timed_out =
      !read_output(streams.read.get(), probe.output, kept, deadline) ||
      (runtime_end && !base::wait_for_exit(runtime_end->get(), milliseconds_until(deadline)));
  if (probe.timed_out) kill_inside(pid_file);
  if (!probe.timed_out) probe.exit_code = child.wait().shell_code();
  base::remove_file(pid_file);
  return probe;
}

}  // namespace container
