// SPDX-License-Identifier: Apache-2.0
#include "container/attached.hpp"

#include "base/error.hpp"
#include "container/detach_keys.hpp"
#include "container/events.hpp"
#include "container/finish.hpp"
#include "container/state.hpp"

namespace container {

namespace {

/// A container whose monitor was killed has no one to tell how it ends: its first process is watched instead.
int wait_without_monitor(Engine& engine, const Record& record, const State& state) {
  if (const auto process = state.running.init.open()) base::wait_for_exit(process->get(), -1);
  const int code = state_of(engine, record).exit_code;
  clean_up(engine, record.id);
  return code;
}

}  // namespace

int follow(Engine& engine,
           const Record& record,
           const Details& details,
           MonitorClient client,
           const AttachOptions& options) {
  const auto forward = [&](int signal) {
    if (!options.forward_signals) return;
    if (const auto running = read_running(engine.run_directory(record.id)))
      running->init.signal(signal);
  };
  const auto exit = client.attach(
      options.streams, details.options.tty, parse_detach_keys(options.detach_keys), forward);
  if (!exit) return 0;
  clean_up(engine, record.id);
  client.cleaned();
  return exit->code;
}

int attach(Engine& engine, const std::string& name, const AttachOptions& options) {
  const Record record = engine.containers.get(name);
  const State state = state_of(engine, record);
  if (state.status == Status::restarting) {
    base::fail(base::Kind::wrong_state,
               "cannot attach to a restarting container, wait until the container is running");
  }
  if (state.status == Status::paused)
    base::fail(base::Kind::wrong_state, "cannot attach to a paused container, unpause it first");
  if (!state.is_running()) {
    base::fail(base::Kind::wrong_state, "cannot attach to a stopped container, start it first");
  }
  auto client = connect_monitor(engine.run_directory(record.id));
  if (!client)
    base::fail(base::Kind::wrong_state, "the monitor of container {} is gone", record.name);
  record_event(engine.store, container_event(record, "attach"));
  const Details details = engine.containers.details(record.id);
  AttachOptions own = options;
  own.streams.in = own.streams.in && details.options.interactive;
  return follow(engine, record, details, std::move(*client), own);
}

int wait(Engine& engine, const std::string& name) {
  const Record record = engine.containers.get(name);
  const State state = state_of(engine, record);
  if (!state.is_running()) return state.exit_code;
  auto client = connect_monitor(engine.run_directory(record.id));
  if (!client) return wait_without_monitor(engine, record, state);
  client->claim_cleanup();
  const int code = client->wait_exit().code;
  clean_up(engine, record.id);
  client->cleaned();
  return code;
}

}  // namespace container
