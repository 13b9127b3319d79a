// SPDX-License-Identifier: Apache-2.0
// Health checks. The monitor has the clock and starts one berth process per check; that process runs the command inside the
// container and keeps what came of it in RUNROOT/containers/ID/health: the status on a line of its own, then JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "container/engine.hpp"
#include "container/monitor.hpp"

namespace container {

struct HealthCheckResult {
  std::string start, end;  ///< RFC 3339
  int exit_code = 0;
  std::string output;
};

template <typename Io>
void fields(Io& io, HealthCheckResult& r) {
  io("Start", r.start);
  io("End", r.end);
  io("ExitCode", r.exit_code);
  io("Output", r.output);
}

/// How far the startup check is (HealthExtras).
struct StartupState {
  bool passed = false;
  int successes = 0, failures = 0;
};

template <typename Io>
void fields(Io& io, StartupState& s) {
  io.maybe("passed", s.passed);
  io.maybe("successes", s.successes);
  io.maybe("failures", s.failures);
}

struct Health {
  std::string status =
      "starting";  ///< starting, healthy, unhealthy, stopped (while it was checked)
  int failing_streak = 0;
  std::vector<HealthCheckResult> log;  ///< the newest ones, oldest first
  StartupState startup;
};

template <typename Io>
void fields(Io& io, Health& h) {
  io("Status", h.status);
  io("FailingStreak", h.failing_streak);
  io("Log", h.log);
  io.maybe("startup", h.startup);
}

/// The check that is in force: the image's, with what the user changed; nothing when there is none.
std::optional<image::Healthcheck> health_check_of(const Details& details);

/// What a start hands to the monitor, and the first state of a container that has a check.
HealthPlan plan_health(const Engine& engine, const Record& record, const Details& details);
void begin_health(const std::string& run_directory);

/// Kind usage for what needs a check when there is none: an action on failure, a startup check.
void check_has_health_check(const Details& details);

/// The container runs, and what is done about its health has changed: tells its monitor.
void change_health(const Engine& engine, const Record& record, const Details& details);

/// The container has ended: what is known of its health stays.
void keep_health(Engine& engine, const Record& record);

/// "healthy" … of a container that runs; empty when it has no check. One small read.
std::string health_status(const std::string& run_directory);

std::optional<Health> read_health(const std::string& run_directory);
void write_health(const std::string& directory, const Health& health);

/// Of a container that runs, or of its last run. Only what users see.
std::optional<base::Json> health_json(const Engine& engine, const Record& record, bool runs);

/// The interval of a check that only `healthcheck run` makes (--health-interval disable).
inline constexpr std::int64_t kNoInterval = -1;

enum class CheckOutcome {
  healthy,
  unhealthy,  ///< this check failed
  starting,   ///< it was the startup check, which has not succeeded often enough
  stopped,    ///< the container was stopped meanwhile
};

/// Runs one check now and keeps its result, and does what --health-on-failure wants of a container that has become
/// unhealthy. Kind wrong_state when the container does not run or has no check.
CheckOutcome check_health(Engine& engine, const std::string& name);

}  // namespace container
