// SPDX-License-Identifier: Apache-2.0
#include "container/restart.hpp"

#include "base/error.hpp"
#include "container/cgroup_haste.hpp"
#include "container/finish.hpp"
#include "container/start.hpp"
#include "container/state.hpp"

namespace container {

namespace {

/// Under the lock: nothing of an earlier run is left. False when it runs.
bool make_ready(Engine& engine, const Record& record) {
  const State state = state_of(engine, record);
  if (state.is_running()) return false;
  finish(engine, record, state);
  give_back(engine, record);  // a start that was killed half-way
  return true;
}

MonitorClient begin(Engine& engine,
                    const Record& record,
                    const Details& details,
                    const StartOptions& how) {
  hasten_cgroup_moves();
  engine.containers.set_started(record.id, base::now());
  return start(engine, record, details, how);
}

}  // namespace

void start_stopped(Engine& engine, const std::string& name) {
  const std::string id = engine.containers.get(name).id;
  const auto lock = engine.lock(id);
  const Record record = engine.containers.get(id);
  if (!make_ready(engine, record)) return;
  begin(engine, record, engine.containers.details(id), {});
}

int start_and_follow(Engine& engine, const std::string& name, const AttachOptions& options) {
  const std::string id = engine.containers.get(name).id;
  auto lock = std::make_unique<base::FileLock>(engine.lock(id));
  const Record record = engine.containers.get(id);
  if (!make_ready(engine, record)) {
    lock.reset();
    return attach(engine, name, options);
  }
  const Details details = engine.containers.details(id);
  AttachOptions own = options;
  own.streams.in = own.streams.in && details.options.interactive;
  auto client = begin(engine, record, details, {own.streams});
  lock.reset();
  return follow(engine, record, details, std::move(client), own);
}

}  // namespace container
