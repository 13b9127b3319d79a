// SPDX-License-Identifier: Apache-2.0
#include "container/update.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/events.hpp"
#include "container/monitor_protocol.hpp"
#include "container/runtime.hpp"
#include "container/start.hpp"
#include "container/state.hpp"

namespace container {

namespace {

template <typename T>
void take(std::optional<T>& value, const std::optional<T>& changed) {
  if (changed) value = changed;
}

void merge(Resources& own, const Resources& changed) {
  take(own.memory, changed.memory);
  take(own.memory_swap, changed.memory_swap);
  take(own.memory_reservation, changed.memory_reservation);
  take(own.nano_cpus, changed.nano_cpus);
  take(own.pids_limit, changed.pids_limit);
  take(own.cpu_shares, changed.cpu_shares);
  take(own.cpu_period, changed.cpu_period);
  take(own.cpu_quota, changed.cpu_quota);
  if (!changed.cpuset_cpus.empty()) own.cpuset_cpus = changed.cpuset_cpus;
  if (!changed.cpuset_mems.empty()) own.cpuset_mems = changed.cpuset_mems;
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
  set("pids", "limit", r.pids_limit);
  if (r.nano_cpus) {
    json["cpu"]["period"] = kPeriod;
    json["cpu"]["quota"] = *r.nano_cpus * kPeriod / kBillion;
  }
  if (!r.cpuset_cpus.empty()) json["cpu"]["cpus"] = r.cpuset_cpus;
  if (!r.cpuset_mems.empty()) json["cpu"]["mems"] = r.cpuset_mems;
  return json;
}

void change_running(Engine& engine, const Record& record, const Resources& changed) {
  const base::Json limits = runtime_limits(changed);
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

}  // namespace

void update(Engine& engine, const std::string& name, const UpdateOptions& changes) {
  const std::string id = engine.containers.get(name).id;
  const auto lock = engine.lock(id);
  const Record record = engine.containers.get(id);
  Details details = engine.containers.details(id);
  merge(details.options.resources, changes.resources);
  if (changes.restart) details.options.restart = *changes.restart;
  validate(details.options);
  if (details.options.remove && details.options.restart.name != "no" && changes.restart)
    base::fail(base::Kind::usage,
               "Restart policy cannot be updated because AutoRemove is enabled for the container");
  const State state = state_of(engine, record);
  if (state.is_running()) change_running(engine, record, changes.resources);
  if (changes.restart && (state.is_running() || state.status == Status::restarting))
    tell_monitor(engine, record, *changes.restart);
  engine.containers.set_details(id, details);
  record_event(engine.store, container_event(record, "update"));
}

}  // namespace container
