// SPDX-License-Identifier: Apache-2.0
#include "container/update.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/events.hpp"
#include "container/health.hpp"
#include "container/monitor_protocol.hpp"
#include "container/runtime.hpp"
#include "container/spec/spec.hpp"
#include "container/start.hpp"
#include "container/state.hpp"

namespace container {

namespace {

template <typename T>
void take(std::optional<T>& value, const std::optional<T>& changed) {
  if (changed) value = changed;
}

void merge_rates(std::vector<DeviceRate>& own, const std::vector<DeviceRate>& changed) {
  for (const auto& rate : changed) {
    std::erase_if(own, [&](const DeviceRate& other) { return other.path == rate.path; });
    own.push_back(rate);
  }
}

}  // namespace

void merge(Resources& own, const Resources& changed) {
  take(own.memory, changed.memory);
  take(own.memory_swap, changed.memory_swap);
  take(own.memory_reservation, changed.memory_reservation);
  take(own.nano_cpus, changed.nano_cpus);
  take(own.pids_limit, changed.pids_limit);
  take(own.cpu_shares, changed.cpu_shares);
  take(own.cpu_period, changed.cpu_period);
  take(own.cpu_quota, changed.cpu_quota);
  take(own.cpu_rt_period, changed.cpu_rt_period);
  take(own.cpu_rt_runtime, changed.cpu_rt_runtime);
  take(own.memory_swappiness, changed.memory_swappiness);
  take(own.blkio_weight, changed.blkio_weight);
  merge_rates(own.blkio_weight_device, changed.blkio_weight_device);
  merge_rates(own.read_bps, changed.read_bps);
  merge_rates(own.write_bps, changed.write_bps);
  merge_rates(own.read_iops, changed.read_iops);
  merge_rates(own.write_iops, changed.write_iops);
  if (changed.oom_kill_disable) own.oom_kill_disable = true;
  if (!changed.cpuset_cpus.empty()) own.cpuset_cpus = changed.cpuset_cpus;
  if (!changed.cpuset_mems.empty()) own.cpuset_mems = changed.cpuset_mems;
}

namespace {

/// Kind usage for what is no block device.
void add_rates(base::Json& json,
               const char* name,
               const char* value,
               const std::vector<DeviceRate>& rates) {
  for (const auto& limit : find_limited(rates)) {
    json["blockIO"][name].push_back(
        {{"major", limit.major}, {"minor", limit.minor}, {value, limit.rate}});
  }
}

/// The runtime's words for what has changed; it translates for cgroup v1 and v2.
base::Json runtime_limits(const Resources& r) {
  constexpr std::int64_t kPeriod = 100'000, kBillion = 1'000'000'000;
  base::Json json = base::Json::object();
  const auto set =
      [&](const char* part, const char* name, const std::optional<std::int64_t>& value) {
        if (value) json[part][name] = *value;
      };
  set("memory", "limit", r.memory);
  set("memory", "swap", r.memory_swap);
  set("memory", "reservation", r.memory_reservation);
  set("cpu", "shares", r.cpu_shares);
  set("cpu", "period", r.cpu_period);
  set("cpu", "quota", r.cpu_quota);
  set("cpu", "realtimePeriod", r.cpu_rt_period);
  set("cpu", "realtimeRuntime", r.cpu_rt_runtime);
  set("memory", "swappiness", r.memory_swappiness);
  set("blockIO", "weight", r.blkio_weight);
  set("pids", "limit", r.pids_limit);
  if (r.oom_kill_disable) json["memory"]["disableOOMKiller"] = true;
  add_rates(json, "weightDevice", "weight", r.blkio_weight_device);
  add_rates(json, "throttleReadBpsDevice", "rate", r.read_bps);
  add_rates(json, "throttleWriteBpsDevice", "rate", r.write_bps);
  add_rates(json, "throttleReadIOPSDevice", "rate", r.read_iops);
  add_rates(json, "throttleWriteIOPSDevice", "rate", r.write_iops);
  if (r.nano_cpus) {
    json["cpu"]["period"] = kPeriod;
    json["cpu"]["quota"] = *r.nano_cpus * kPeriod / kBillion;
  }
  if (!r.cpuset_cpus.empty()) json["cpu"]["cpus"] = r.cpuset_cpus;
  if (!r.cpuset_mems.empty()) json["cpu"]["mems"] = r.cpuset_mems;
  return json;
}

void change_running(Engine& engine, const Record& record, const base::Json& limits) {
  const auto taken = read_taken(engine, record.id);
  if (limits.empty() || !taken) return;
  const Runtime runtime(engine, taken->runtime, taken->cgroup_manager);
  const auto file = base::make_memory_file("resources", limits.dump());
  const auto done = base::run_captured(
      {.argv = runtime.command({"update", "--resources", "/proc/self/fd/3", record.id}),
       .pass = {file.get()}});
  if (done.status.ok()) return;
  base::fail(base::Kind::io,
             "Cannot update container {}: {}",
             record.id,
             std::string(base::trim(done.err)));
}

/// For the monitor that runs (berth-monitor/revive.hpp): the policy and how many restarts are left.
void tell_monitor(Engine& engine, const Record& record, const RestartPolicy& policy) {
  using protocol::Restart;
  const Restart word = policy.name == "on-failure"                  ? Restart::on_failure
                       : policy.name == "no" || policy.name.empty() ? Restart::never
                                                                    : Restart::always;
  const auto left = policy.maximum_retries == 0
                        ? protocol::kUnlimitedRestarts
                        : static_cast<std::uint32_t>(
                              std::max(0, policy.maximum_retries - record.summary.restarts));
  base::replace_file(engine.run_directory(record.id) + "/policy",
                     fmt::format("{} {}\n", static_cast<unsigned>(word), left),
                     0600);
}

/// Where checks are off, a new command switches them on again.
void apply(const UpdateOptions& changes, CreateOptions& o) {
  if (o.no_healthcheck && o.health) o.health->test.clear();
  for (const auto& change : changes.changes) change(o);
  const bool is_none = o.health && o.health->test == std::vector<std::string>{"NONE"};
  if (o.health && !o.health->test.empty() && !is_none) o.no_healthcheck = false;
}

void check_health_options(const Details& details) {
  check_has_health_check(details);
  const auto& o = details.options;
  if (o.health && o.health->test.empty() && !o.no_healthcheck && !health_check_of(details))
    base::fail(base::Kind::usage, "healthcheck command is not set");
}

/// All that the monitor's clock and the checks go by.
base::Json health_of(const Details& details) {
  const auto& o = details.options;
  const auto check = health_check_of(details);
  return {check ? base::to_json(*check) : base::Json(), base::to_json(o.health_extras)};
}

}  // namespace

void update(Engine& engine, const std::string& name, const UpdateOptions& changes) {
  const std::string id = engine.containers.get(name).id;
  const auto lock = engine.lock(id);
  const Record record = engine.containers.get(id);
  Details details = engine.containers.details(id);
  merge(details.options.resources, changes.resources);
  if (changes.restart) details.options.restart = *changes.restart;
  const Details before = details;
  apply(changes, details.options);
  validate(details.options);
  if (!changes.changes.empty()) check_health_options(details);
  const base::Json limits = runtime_limits(changes.resources);
  if (details.options.remove && details.options.restart.name != "no" && changes.restart)
    base::fail(base::Kind::usage,
               "Restart policy cannot be updated because AutoRemove is enabled for the container");
  const State state = state_of(engine, record);
  if (state.has_process()) change_running(engine, record, limits);
  if (changes.restart && (state.has_process() || state.status == Status::restarting))
    tell_monitor(engine, record, *changes.restart);
  engine.containers.set_details(id, details);
  if (state.has_process() && health_of(before) != health_of(details))
    change_health(engine, record, details);
  record_event(engine.store, container_event(record, "update"));
}

}  // namespace container
