// SPDX-License-Identifier: Apache-2.0
#include "container/restart.hpp"

#include "base/error.hpp"
#include "base/sys.hpp"
#include "container/cgroup_haste.hpp"
#include "container/finish.hpp"
#include "container/monitor_protocol.hpp"
#include "container/start.hpp"
#include "container/state.hpp"
#include "container/stop.hpp"

namespace container {

namespace {

/// Under the lock: nothing of an earlier run is left, unless it has a process, which is what it says then.
Status make_ready(Engine& engine, const Record& record) {
  const State state = state_of(engine, record);
  if (state.has_process()) return state.status;
  if (state.status == Status::restarting) cancel_restart(engine, record, state);
  finish(engine, record, state_of(engine, record));
  give_back(engine, record);  // a start that was killed half-way
  drop_run_directory(engine, record.id);
  return Status::created;
}

MonitorClient begin(Engine& engine,
                    const Record& record,
                    const Details& details,
                    const StartOptions& how) {
  hasten_cgroup_moves();
  make_run_directory(engine, record.id);
  engine.containers.set_started(record, base::now());
  Record fresh = record;
  fresh.summary.restarts = 0;
  return start(engine, fresh, details, how);
}

/// Nothing when it runs already.
std::optional<MonitorClient> bring_up(Engine& engine,
                                      const Record& record,
                                      const Details& details,
                                      const StartOptions& how) {
  const Status status = make_ready(engine, record);
  if (status == Status::created) return begin(engine, record, details, how);
  if (status != Status::initialized) return std::nullopt;
  engine.containers.set_started(record, base::now());
  return start_initialized(engine, record, details, how);
}

}  // namespace

void restart_by_policy(Engine& engine, const std::string& id) {
  const auto lock = engine.lock(id);
  auto record = engine.containers.find_by_id(id);
  if (!record) return;
  const State state = state_of(engine, *record);
  const std::string directory = engine.run_directory(id);
  if (state.status != Status::restarting || base::exists(directory + "/stopped"))
    return finish(engine, *record, state);
  const auto taken = read_taken(engine, id);
  const bool ran_well =
      state.finished - state.started >= std::chrono::milliseconds(protocol::kGoodRunMs);
  const std::uint32_t waited =
      !taken || ran_well ? protocol::kFirstRestartDelayMs : taken->restart_delay_ms;
  end_run(engine, *record, state);
  make_run_directory(engine, id);
  engine.containers.set_started(*record, base::now(), record->summary.restarts + 1);
  ++record->summary.restarts;
  StartOptions how;
  how.restart_delay_ms = std::min(2 * waited, protocol::kLongestRestartDelayMs);
  start(engine, *record, engine.containers.details(id), how);
}

void start_stopped(Engine& engine, const std::string& name) {
  const std::string id = engine.containers.get(name).id;
  const auto lock = engine.lock(id);
  const Record record = engine.containers.get(id);
  bring_up(engine, record, engine.containers.details(id), {});
}

void initialize(Engine& engine, const std::string& name) {
  const std::string id = engine.containers.get(name).id;
  const auto lock = engine.lock(id);
  const Record record = engine.containers.get(id);
  if (make_ready(engine, record) != Status::created)
    base::fail(base::Kind::wrong_state, "container {} has already been created in runtime", id);
  StartOptions how;
  how.only_initializes = true;
  begin(engine, record, engine.containers.details(id), how);
}

int start_and_follow(Engine& engine, const std::string& name, const AttachOptions& options) {
  const std::string id = engine.containers.get(name).id;
  auto lock = std::make_unique<base::FileLock>(engine.lock(id));
  const Record record = engine.containers.get(id);
  const Details details = engine.containers.details(id);
  AttachOptions own = options;
  own.streams.in = own.streams.in && details.options.interactive;
  auto client = bring_up(engine, record, details, {.attached = own.streams, .preserved = {}});
  lock.reset();
  if (!client) return attach(engine, name, options);
  return follow(engine, record, details, std::move(*client), own);
}

}  // namespace container
