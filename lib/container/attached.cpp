// SPDX-License-Identifier: Apache-2.0
#include "container/attached.hpp"

#include "base/error.hpp"
#include "container/detach_keys.hpp"
#include "container/events.hpp"
#include "container/finish.hpp"
#include "container/state.hpp"

namespace container {

namespace {

/// Cleans up after an exit that the monitor told. When it was killed instead, that ends the container, and the row has
/// what everybody will see.
int end_with(Engine& engine,
             const Record& record,
             const Exit& exit,
             MonitorClient& client,
             const Details* known = nullptr) {
  clean_up(engine, record.id, known);
  client.cleaned();
  if (!exit.assumed) return exit.code;
  const auto now = engine.containers.find_by_id(record.id);
  return now ? now->exit_code : exit.code;
}

/// The monitor of a container that ran a moment ago is gone.
int end_without_monitor(Engine& engine, const Record& record) {
  const int code = state_of(engine, record).exit_code;
  clean_up(engine, record.id);
  const auto now = engine.containers.find_by_id(record.id);
  return now ? now->exit_code : code;
}

[[noreturn]] void refuse_stopped() {
  base::fail(base::Kind::wrong_state, "cannot attach to a stopped container, start it first");
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
  return end_with(engine, record, *exit, client, &details);
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
  if (!state.is_running()) refuse_stopped();
  auto client = connect_monitor(engine.run_directory(record.id));
  if (!client) {
    end_without_monitor(engine, record);
    refuse_stopped();
  }
  record_event(engine.store, container_event(record, "attach"));
  const Details details = engine.containers.details(record.id);
  AttachOptions own = options;
  own.streams.in = own.streams.in && details.options.interactive;
  return follow(engine, record, details, std::move(*client), own);
}

int wait(Engine& engine, const std::string& name) {
  const Record record = engine.containers.get(name);
  const State state = state_of(engine, record);
  if (!state.has_process()) return state.exit_code;
  auto client = connect_monitor(engine.run_directory(record.id));
  if (!client) return end_without_monitor(engine, record);
  client->claim_cleanup();
  return end_with(engine, record, client->wait_exit(), *client);
}

}  // namespace container
