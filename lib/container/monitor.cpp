// SPDX-License-Identifier: Apache-2.0
#include "container/monitor.hpp"

#include <cstring>
#include <string_view>
#include <sys/socket.h>

#include <nlohmann/json.hpp>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/unix_socket.hpp"
#include "base/user_namespace.hpp"
#include "container/monitor_frames.hpp"
#include "container/monitor_protocol.hpp"
#include "container/runtime_error.hpp"

namespace container {

namespace {

using protocol::FrameKind;

/// True when a path of the plan lies in /tmp, so that the runtime must see the host's.
bool needs_tmp(const MonitorPlan& plan) {
  const auto in_tmp = [](const std::string& text) {
    return text.rfind("/tmp/", 0) == 0 || text.find("=/tmp/") != text.npos;
  };
  if (plan.shows_tmp || in_tmp(plan.directory) || in_tmp(plan.pid_file)) return true;
  for (const auto& argument : plan.runtime) {
    if (in_tmp(argument)) return true;
  }
  return false;
}

std::uint32_t flags_of(const MonitorPlan& plan) {
  std::uint32_t flags = 0;
  const auto set = [&](bool on, protocol::PlanFlags flag) { flags |= on ? flag : 0U; };
  set(plan.tty, protocol::kTty);
  set(plan.open_stdin, protocol::kOpenStdin);
  set(plan.stdin_once, protocol::kStdinOnce);
  set(!needs_tmp(plan), protocol::kHideTmp);
  set(plan.log.driver == LogDriver::passthrough, protocol::kPassthrough);
  set(plan.attached.in, protocol::kAttachIn);
  set(plan.attached.out, protocol::kAttachOut);
  set(plan.attached.err, protocol::kAttachErr);
  set(plan.claimed, protocol::kClaimed);
  set(base::is_rootless(), protocol::kWaitForGo);
  set(!plan.begin.empty(), protocol::kWaitForBegin);
  set(plan.timeout_is_minus_one, protocol::kTimeoutIsMinusOne);
  return flags;
}

protocol::LogFormat format_of(LogDriver driver) {
  if (driver == LogDriver::json_file) return protocol::LogFormat::json_file;
  if (driver == LogDriver::k8s_file) return protocol::LogFormat::k8s_file;
  if (driver == LogDriver::journald) return protocol::LogFormat::journald;
  return protocol::LogFormat::none;
}

void append_text(std::string& encoded, const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  encoded.append(reinterpret_cast<const char*>(&size), sizeof size);
  encoded.append(text.c_str(), text.size() + 1);
}

void add_duties(const MonitorPlan& plan, protocol::PlanHeader& header) {
  const auto& restart = plan.restart;
  header.restart_arguments = static_cast<std::uint32_t>(restart.command.size());
  header.restart = restart.command.empty() ? protocol::Restart::never
                   : restart.on_failure    ? protocol::Restart::on_failure
                                           : protocol::Restart::always;
  header.restarts_left = restart.left.value_or(protocol::kUnlimitedRestarts);
  header.restart_delay_ms = restart.delay_ms;
  header.timeout_ms = static_cast<std::uint64_t>(plan.timeout) * 1000;
  header.health = static_cast<std::uint32_t>(plan.health.command.size());
  const auto count = [](std::chrono::milliseconds span) {
    return static_cast<std::uint64_t>(span.count());
  };
  header.health_interval_ms = count(plan.health.interval);
  header.health_start_interval_ms = count(plan.health.start_interval);
  header.health_start_period_ms = count(plan.health.start_period);
}

/// The plan as the monitor reads it (monitor_protocol.hpp).
std::string encode(const MonitorPlan& plan) {
  std::string texts;
  for (const auto* text :
       {&plan.log.path, &plan.log.attributes, &plan.pid_file, &plan.oom_events, &plan.cgroup_join})
    append_text(texts, *text);
  for (const auto& mount : plan.mounts) append_text(texts, mount.target);
  for (const auto& argument : plan.runtime) append_text(texts, argument);
  for (const auto& argument : plan.cleanup) append_text(texts, argument);
  for (const auto& argument : plan.restart.command) append_text(texts, argument);
  for (const auto& argument : plan.health.command) append_text(texts, argument);
  for (const int number : plan.preserved) append_text(texts, std::to_string(number));
  for (const auto& argument : plan.begin) append_text(texts, argument);
  protocol::PlanHeader header{};
  header.magic = protocol::kPlanMagic;
  header.version = protocol::kVersion;
  header.size = static_cast<std::uint32_t>(sizeof header + texts.size());
  header.flags = flags_of(plan);
  header.log_max_size = plan.log.max_size;
  header.log_max_files = static_cast<std::uint32_t>(plan.log.max_files);
  header.log_format = format_of(plan.log.driver);
  header.utc_offset_minutes = static_cast<std::int32_t>(plan.log.utc_offset.count());
  header.rows = static_cast<std::uint16_t>(plan.rows);
  header.columns = static_cast<std::uint16_t>(plan.columns);
  header.mounts = static_cast<std::uint32_t>(plan.mounts.size());
  header.held = static_cast<std::uint32_t>(plan.held.size());
  header.preserved = static_cast<std::uint32_t>(plan.preserved.size());
  header.runtime = static_cast<std::uint32_t>(plan.runtime.size());
  header.cleanup = static_cast<std::uint32_t>(plan.cleanup.size());
  header.begin = static_cast<std::uint32_t>(plan.begin.size());
  add_duties(plan, header);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + texts;
}

void check(const MonitorPlan& plan, const std::string& encoded) {
  if (plan.tty && plan.log.driver == LogDriver::passthrough) {
    base::fail(base::Kind::usage, "the passthrough log driver cannot be used with a terminal");
  }
  if (encoded.size() > protocol::kMaxPlan || plan.mounts.size() > protocol::kMaxMounts ||
      plan.held.size() > protocol::kMaxHeld || plan.runtime.size() > protocol::kMaxArguments ||
      plan.cleanup.size() > protocol::kMaxArguments ||
      plan.preserved.size() > protocol::kMaxPreserved) {
    base::fail(base::Kind::usage, "container {} has too many mounts or options", plan.id);
  }
}

/// Programs are executed by path: the monitor searches none.
void resolve(std::vector<std::string>& argv) {
  const auto path = base::find_program(argv.at(0));
  if (!path) base::fail(base::Kind::not_found, "runtime {}: no such program", argv[0]);
  argv[0] = *path;
}

}  // namespace

std::string find_program_of_ours(const std::string& name) {
  const std::string directory = base::executable_directory();
  for (const auto& place : {directory + "/" + name, directory + "/../libexec/berth/" + name}) {
    if (base::exists(place)) return place;
  }
  base::fail(base::Kind::not_found, "{}: no such program beside {}", name, directory);
}

MonitorClient start_monitor(MonitorPlan plan) {
  resolve(plan.runtime);
  if (!plan.begin.empty()) resolve(plan.begin);
  const std::string encoded = encode(plan);
  check(plan, encoded);
  auto [ours, theirs] = base::make_socket_pair(SOCK_SEQPACKET);
  const base::UniqueFd file = base::make_memory_file("plan", encoded);
  base::UniqueFd null;
  base::Command command{.argv = {find_program_of_ours("berth-monitor")},
                        .directory = plan.directory,
                        .new_session = true};
  if (!plan.variable.empty()) command.env = base::environment_with(plan.variable);
  if (plan.log.driver == LogDriver::passthrough) {
    command.in = 0;
  } else {
    // Whoever waits for the end of our own output must not wait for the container's.
    null = base::open_file("/dev/null", O_RDWR);
    command.in = command.out = command.err = null.get();
  }
  command.pass = {theirs.get(), file.get()};
  for (const auto& mount : plan.mounts) command.pass.push_back(mount.fd.get());
  for (const auto& socket : plan.held) command.pass.push_back(socket.get());
  command.pass.insert(command.pass.end(), plan.preserved.begin(), plan.preserved.end());
  base::Child monitor = base::spawn(command);
  // Until now this command itself kept the user namespace known; from here on the monitor does. It starts nothing before
  // it is noted: were this command killed in between, nobody would find the namespace that the container lives in.
  if (base::is_rootless()) {
    if (const auto process = base::PidRef::of(monitor.pid()))
      base::record_user_namespace(plan.runroot, *process);
    send_frame(ours.get(), FrameKind::go, {});
  }
  monitor.detach();
  return {std::move(ours), plan.directory};
}

std::optional<MonitorClient> connect_monitor(const std::string& directory) {
  auto socket = base::connect_unix(directory, "attach", SOCK_SEQPACKET);
  if (!socket) return std::nullopt;
  return MonitorClient(std::move(*socket), directory);
}

std::optional<StartFailure> MonitorClient::wait_started() {
  FrameReader reader(socket());
  while (const auto frame = reader.next()) {
    if (frame->kind == FrameKind::started) return std::nullopt;
    if (frame->kind == FrameKind::failed) return StartFailure{runtime_message(frame->payload)};
  }
  base::fail(base::Kind::io, "the monitor has ended before the container was started");
}

void MonitorClient::begin(const Streams& streams) {
  request_streams(socket(), streams);
  send_frame(socket(), FrameKind::begin, {});
}

void MonitorClient::claim_cleanup() {
  send_frame(socket(), FrameKind::claim, {});
}

void MonitorClient::cleaned() {
  send_frame(socket(), FrameKind::cleaned, {});
}

void MonitorClient::duties_changed() {
  send_frame(socket(), FrameKind::duties, {});
}

void MonitorClient::resize(int rows, int columns) {
  const protocol::WindowSize size{static_cast<std::uint16_t>(rows),
                                  static_cast<std::uint16_t>(columns)};
  send_frame_of(socket(), FrameKind::resize, size);
}

}  // namespace container
