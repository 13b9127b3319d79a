// SPDX-License-Identifier: Apache-2.0
// One health check, from the command inside to what follows from its result.
#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/events.hpp"
#include "container/health.hpp"
#include "container/probe.hpp"
#include "container/restart.hpp"
#include "container/state.hpp"
#include "container/stop.hpp"

namespace container {

namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kTimeout = std::chrono::seconds(30);  // Docker's, as the next three
constexpr int kRetries = 3;
constexpr std::size_t kKeptResults = 5, kKeptBytes = 4096;
constexpr std::size_t kPodmanKeptBytes = 500;
// Where nothing else limits them: the whole log is written again after each check.
constexpr std::size_t kMostResults = 1000, kMostBytes = 1 << 20;

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

std::size_t limit_of(std::optional<int> given, std::size_t usual, std::size_t most) {
  if (!given) return usual;
  return *given == 0 ? most : std::min(static_cast<std::size_t>(*given), most);
}

void act_on_failure(Engine& engine, const Record& record, const std::string& action) {
  if (action == "kill") return kill(engine, record.id, "KILL");
  if (action == "stop" || action == "restart") stop(engine, record.id, {});
  if (action == "restart") start_stopped(engine, record.id);
}

class Check {
 public:
  Check(Engine& engine, const std::string& name)
      : engine_(engine),
        record_(engine.containers.get(name)),
        details_(engine.containers.details(record_.id)),
        directory_(engine.run_directory(record_.id)) {}

  CheckOutcome run() {
    const auto check = health_check_of(details_);
    if (!check)
      base::fail(base::Kind::usage, "container {} has no defined healthcheck", record_.id);
    const State state = state_of(engine_, record_);
    if (state.status != Status::running)
      base::fail(base::Kind::wrong_state, "container {} is not running", record_.id);
    check_ = *check;
    starts_ = base::now() - state.started < nanoseconds(check_.start_period);
    is_startup_ = extras().startup && !read_health(directory_).value_or(Health{}).startup.passed;
    const auto result = probe(is_startup_ ? *extras().startup : check_);
    note(result);
    follow_up();
    return outcome_;
  }

 private:
  const HealthExtras& extras() const { return details_.options.health_extras; }

  HealthCheckResult probe(const image::Healthcheck& check) {
    const bool is_short = details_.options.rules.keeps_short_checks;
    const std::size_t kept =
        limit_of(extras().max_size, is_short ? kPodmanKeptBytes : kKeptBytes, kMostBytes);
    HealthCheckResult result;
    result.start = base::rfc3339(base::now());
    const auto timeout = check.timeout > 0 ? nanoseconds(check.timeout) : kTimeout;
    const Probe probe = run_probe(engine_, record_, command_of(check, details_), timeout, kept);
    result.end = base::rfc3339(base::now());
    result.exit_code = probe.timed_out ? -1 : probe.exit_code;
    result.output = probe.output;
    if (!probe.timed_out) return result;
    if (!result.output.empty()) result.output += "\n";
    result.output +=
        fmt::format("Health check exceeded timeout ({})", base::duration_text(timeout));
    return result;
  }

  /// A check that fails because its container ends says nothing of its health.
  bool is_stopped() {
    const auto record = engine_.containers.find_by_id(record_.id);
    const State now = record ? state_of(engine_, *record) : State{};
    return !record || !now.is_running() || now.stopping;
  }

  /// A check by hand and the monitor's may end at once; and the container may have ended.
  void note(const HealthCheckResult& result) {
    const bool stopped = result.exit_code != 0 && is_stopped();
    const base::FileLock lock(engine_.store.paths().lock("health-" + record_.id));
    const std::string kept = engine_.store.paths().container(record_.id);
    const bool has_run = base::exists(directory_ + "/running");
    // Whoever cleans up may have copied the run's already.
    const bool has_ended = !has_run || base::exists(directory_ + "/exit");
    const std::string& place = has_run ? directory_ : kept;
    if (!base::exists(place)) return;
    health_ = read_health(place).value_or(Health{});
    const std::string before = health_.status;
    take(result, stopped);
    if (has_run) write_health(directory_, health_);
    if (has_ended && base::exists(kept)) write_health(kept, health_);
    changed_ = health_.status != before;
    write_log();
  }

  void take(const HealthCheckResult& result, bool stopped) {
    health_.log.push_back(result);
    const std::size_t most = limit_of(extras().max_count, kKeptResults, kMostResults);
    while (health_.log.size() > most) health_.log.erase(health_.log.begin());
    if (stopped) {
      outcome_ = CheckOutcome::stopped;
      health_.status = "stopped";
    } else if (result.exit_code == 0) {
      take_success();
    } else {
      take_failure();
    }
  }

  void take_success() {
    health_.failing_streak = 0;
    health_.status = "healthy";
    if (!is_startup_) return;
    auto& startup = health_.startup;
    startup.failures = 0;
    if (++startup.successes >= extras().successes) startup = {.passed = true};
    if (!startup.passed) outcome_ = CheckOutcome::starting;
  }

  /// Docker's rules: a success heals at once; failures count unless the container is still starting.
  void take_failure() {
    outcome_ = is_startup_ ? CheckOutcome::starting : CheckOutcome::unhealthy;
    if (is_startup_) {
      health_.startup.successes = 0;
      ++health_.startup.failures;
      return;
    }
    if (starts_ && health_.status == "starting") return;
    ++health_.failing_streak;
    const int retries = check_.retries > 0 ? check_.retries : kRetries;
    if (health_.failing_streak >= retries) health_.status = "unhealthy";
  }

  bool logs_events() const { return extras().destination == "events_logger"; }

  /// Podman's file beside our own, where --health-log-destination names a directory.
  void write_log() const {
    const auto& place = extras().destination;
    if (!place.starts_with('/')) return;
    base::Json json = base::to_json(health_);
    json.erase("startup");
    base::replace_file(place + "/" + record_.id + "-healthcheck.log",
                       json.dump(-1, ' ', false, base::Json::error_handler_t::replace),
                       0600);
  }

  void tell() {
    std::map<std::string, std::string> more = {{"healthStatus", health_.status}};
    if (logs_events()) {
      more["healthFailingStreak"] = std::to_string(health_.failing_streak);
      more["healthLog"] = health_.log.empty() ? "" : health_.log.back().output;
    }
    record_event(engine_.store, container_event(record_, "health_status: " + health_.status, more));
  }

  void follow_up() {
    if (changed_ || logs_events()) tell();
    if (outcome_ == CheckOutcome::stopped) return;
    if (is_startup_) {
      const int retries = extras().startup->retries;
      if (retries > 0 && health_.startup.failures >= retries)
        act_on_failure(engine_, record_, "restart");
      return;
    }
    if (changed_ && health_.status == "unhealthy")
      act_on_failure(engine_, record_, details_.options.health_on_failure);
  }

  Engine& engine_;
  const Record record_;
  const Details details_;
  const std::string directory_;
  image::Healthcheck check_;
  bool starts_ = false, is_startup_ = false, changed_ = false;
  Health health_;
  CheckOutcome outcome_ = CheckOutcome::healthy;
};

}  // namespace

CheckOutcome check_health(Engine& engine, const std::string& name) {
  return Check(engine, name).run();
}

}  // namespace container
