// SPDX-License-Identifier: Apache-2.0
#include "container/health.hpp"

#include <algorithm>
#include <csignal>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/events.hpp"
#include "container/probe.hpp"
#include "container/restart.hpp"
#include "container/state.hpp"
#include "container/stop.hpp"

namespace container {

namespace {

using std::chrono::nanoseconds;

// Docker's.
constexpr nanoseconds kInterval = std::chrono::seconds(30), kTimeout = std::chrono::seconds(30),
                      kStartInterval = std::chrono::seconds(5);
constexpr int kRetries = 3;
constexpr std::size_t kKeptResults = 5;

std::string file_of(const std::string& run_directory) {
  return run_directory + "/health";
}

void write_health(const std::string& run_directory, const Health& health) {
  // A container that has ended meanwhile has nothing to be noted.
  if (!base::exists(run_directory + "/running")) return;
  const auto text =
      base::to_json(health).dump(-1, ' ', false, base::Json::error_handler_t::replace);
  base::replace_file(file_of(run_directory), health.status + "\n" + text, 0600);
}

nanoseconds or_default(std::int64_t span, nanoseconds usual) {
  return span > 0 ? nanoseconds(span) : usual;
}

std::vector<std::string> command_of(const image::Healthcheck& check, const Details& details) {
  std::vector<std::string> words;
  if (check.test.at(0) == "CMD-SHELL") {
    words = details.image.shell.empty() ? std::vector<std::string>{"/bin/sh", "-c"}
                                        : details.image.shell;
  } else if (check.test.at(0) != "CMD") {
    return check.test;  // podman writes plain words, too
  }
  words.insert(words.end(), check.test.begin() + 1, check.test.end());
  return words;
}

/// Docker's rules: a success heals at once; failures count unless the container is still starting.
void take_result(Health& health,
                 const image::Healthcheck& check,
                 const HealthCheckResult& result,
                 bool in_start_period) {
  health.log.push_back(result);
  if (health.log.size() > kKeptResults) health.log.erase(health.log.begin());
  if (result.exit_code == 0) {
    health.failing_streak = 0;
    health.status = "healthy";
    return;
  }
  if (in_start_period && health.status == "starting") return;
  ++health.failing_streak;
  const int retries = check.retries > 0 ? check.retries : kRetries;
  if (health.failing_streak >= retries) health.status = "unhealthy";
}

void act_on_failure(Engine& engine, const Record& record, const std::string& action) {
  if (action == "kill") return kill(engine, record.id, "KILL");
  if (action == "stop" || action == "restart") stop(engine, record.id, {});
  if (action == "restart") start_stopped(engine, record.id);
}

HealthCheckResult run_check(Engine& engine,
                            const Record& record,
                            const Details& details,
                            const image::Healthcheck& check) {
  HealthCheckResult result;
  result.start = base::rfc3339(base::now());
  const auto timeout = or_default(check.timeout, kTimeout);
  const Probe probe = run_probe(engine, record, command_of(check, details), timeout);
  result.end = base::rfc3339(base::now());
  result.exit_code = probe.timed_out ? -1 : probe.exit_code;
  result.output = probe.output;
  if (probe.timed_out) {
    if (!result.output.empty()) result.output += "\n";
    result.output +=
        fmt::format("Health check exceeded timeout ({})", base::duration_text(timeout));
  }
  return result;
}

}  // namespace

std::optional<image::Healthcheck> health_check_of(const Details& details) {
  if (details.options.no_healthcheck) return std::nullopt;
  auto check = details.options.health ? *details.options.health : image::Healthcheck{};
  if (const auto& own = details.image.healthcheck) {
    const auto inherit = [](auto& value, const auto& from) {
      if (value == 0) value = from;
    };
    if (check.test.empty()) check.test = own->test;
    inherit(check.interval, own->interval);
    inherit(check.timeout, own->timeout);
    inherit(check.start_period, own->start_period);
    inherit(check.start_interval, own->start_interval);
    inherit(check.retries, own->retries);
  }
  if (check.test.empty() || check.test[0] == "NONE") return std::nullopt;
  const bool names_kind = check.test[0] == "CMD" || check.test[0] == "CMD-SHELL";
  if (names_kind && check.test.size() < 2) return std::nullopt;
  return check;
}

HealthPlan plan_health(const Engine& engine, const Record& record, const Details& details) {
  const auto check = health_check_of(details);
  if (!check || check->interval == kNoInterval) return {};
  const auto milliseconds = [](nanoseconds span) {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(span),
                    std::chrono::milliseconds(1));
  };
  HealthPlan plan;
  plan.command = engine.self;
  plan.command.insert(plan.command.end(), {"healthcheck", "run", "--by-monitor", record.id});
  plan.interval = milliseconds(or_default(check->interval, kInterval));
  plan.start_interval = milliseconds(or_default(check->start_interval, kStartInterval));
  plan.start_period = std::chrono::milliseconds(check->start_period / 1'000'000);
  return plan;
}

void begin_health(const std::string& run_directory) {
  base::replace_file(file_of(run_directory), "starting\n" + base::to_json(Health{}).dump(), 0600);
}

std::string health_status(const std::string& run_directory) {
  const auto text = base::find_file_text(file_of(run_directory));
  return text ? text->substr(0, text->find('\n')) : "";
}

std::optional<Health> read_health(const std::string& run_directory) {
  const auto text = base::find_file_text(file_of(run_directory));
  if (!text) return std::nullopt;
  const auto begin = text->find('\n');
  if (begin == std::string::npos) return std::nullopt;
  return base::from_json_text<Health>(text->substr(begin + 1), "health");
}

bool check_health(Engine& engine, const std::string& name) {
  const Record record = engine.containers.get(name);
  const Details details = engine.containers.details(record.id);
  const auto check = health_check_of(details);
  if (!check) base::fail(base::Kind::usage, "container {} has no defined healthcheck", record.id);
  const State state = state_of(engine, record);
  if (state.status != Status::running) {
    base::fail(base::Kind::wrong_state, "container {} is not running", record.id);
  }
  const auto result = run_check(engine, record, details, *check);
  const std::string directory = engine.run_directory(record.id);
  // A check by hand and the monitor's may end at once.
  const base::FileLock lock(engine.store.paths().lock("health-" + record.id));
  Health health = read_health(directory).value_or(Health{});
  const std::string before = health.status;
  const bool starting = base::now() - state.started < nanoseconds(check->start_period);
  take_result(health, *check, result, starting);
  write_health(directory, health);
  if (health.status != before) {
    record_event(engine.store,
                 container_event(
                     record, "health_status: " + health.status, {{"healthStatus", health.status}}));
    if (health.status == "unhealthy")
      act_on_failure(engine, record, details.options.health_on_failure);
  }
  return result.exit_code == 0;
}

}  // namespace container
