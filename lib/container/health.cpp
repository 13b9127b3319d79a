// SPDX-License-Identifier: Apache-2.0
#include "container/health.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "container/monitor.hpp"

namespace container {

namespace {

using std::chrono::nanoseconds;

// Docker's.
constexpr nanoseconds kInterval = std::chrono::seconds(30),
                      kStartInterval = std::chrono::seconds(5);

std::string file_of(const std::string& run_directory) {
  return run_directory + "/health";
}

std::string kept_file(const Engine& engine, const Record& record) {
  return engine.store.paths().container(record.id) + "/health";
}

std::optional<Health> read_file(const std::string& path) {
  const auto text = base::find_file_text(path);
  if (!text) return std::nullopt;
  const auto begin = text->find('\n');
  if (begin == std::string::npos) return std::nullopt;
  return base::from_json_text<Health>(text->substr(begin + 1), "health");
}

nanoseconds or_default(std::int64_t span, nanoseconds usual) {
  return span > 0 ? nanoseconds(span) : usual;
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
  HealthPlan plan;
  // Also without a check: update may give it one while it runs.
  plan.command = engine.self;
  plan.command.insert(plan.command.end(), {"healthcheck", "run", "--by-monitor", record.id});
  const auto check = health_check_of(details);
  if (!check || check->interval == kNoInterval) return plan;
  const auto milliseconds = [](nanoseconds span) {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(span),
                    std::chrono::milliseconds(1));
  };
  plan.interval = milliseconds(or_default(check->interval, kInterval));
  plan.start_interval = milliseconds(or_default(check->start_interval, kStartInterval));
  plan.start_period = std::chrono::milliseconds(check->start_period / 1'000'000);
  if (const auto& startup = details.options.health_extras.startup) {
    // However long it takes: the first check that ends well ends the period.
    plan.start_interval = milliseconds(or_default(startup->interval, kInterval));
    plan.start_period = std::chrono::hours(24 * 365);
  }
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
  return read_file(file_of(run_directory));
}

void write_health(const std::string& directory, const Health& health) {
  const auto text =
      base::to_json(health).dump(-1, ' ', false, base::Json::error_handler_t::replace);
  base::replace_file(file_of(directory), health.status + "\n" + text, 0600);
}

std::optional<base::Json> health_json(const Engine& engine, const Record& record, bool runs) {
  const auto health =
      runs ? read_health(engine.run_directory(record.id)) : read_file(kept_file(engine, record));
  if (!health) return std::nullopt;
  base::Json json = base::to_json(*health);
  json.erase("startup");
  return json;
}

void check_has_health_check(const Details& details) {
  const auto& o = details.options;
  const auto& startup = o.health_extras.startup;
  if (startup && startup->test.empty())
    base::fail(base::Kind::usage, "startup healthcheck command is not set");
  const bool acts = !o.health_on_failure.empty() && o.health_on_failure != "none";
  if ((!acts && !startup) || health_check_of(details)) return;
  if (acts) {
    base::fail(base::Kind::usage,
               "cannot set on-failure action to {} without a health check",
               o.health_on_failure);
  }
  base::fail(base::Kind::usage,
             "cannot set a startup healthcheck when there is no regular healthcheck");
}

void change_health(const Engine& engine, const Record& record, const Details& details) {
  const std::string directory = engine.run_directory(record.id);
  if (!health_check_of(details)) {
    base::remove_file(file_of(directory));
  } else if (!read_health(directory)) {
    begin_health(directory);
  }
  const auto plan = plan_health(engine, record, details);
  const auto text = fmt::format(
      "{} {} {}\n", plan.interval.count(), plan.start_interval.count(), plan.start_period.count());
  base::replace_file(directory + "/duties", text, 0600);
  if (auto client = connect_monitor(directory)) client->duties_changed();
}

void keep_health(Engine& engine, const Record& record) {
  const std::string run = engine.run_directory(record.id);
  if (!read_health(run)) {
    base::remove_file(kept_file(engine, record));
    return;
  }
  // A check that the end of the container has ended may just be telling so.
  const base::FileLock lock(engine.store.paths().lock("health-" + record.id));
  if (const auto health = read_health(run))
    write_health(engine.store.paths().container(record.id), *health);
}

}  // namespace container
