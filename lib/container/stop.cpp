// SPDX-License-Identifier: Apache-2.0
#include "container/stop.hpp"

#include <csignal>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/signal_names.hpp"
#include "base/sys.hpp"
#include "container/events.hpp"
#include "container/finish.hpp"
#include "container/monitor.hpp"
#include "container/pause.hpp"

namespace container {

namespace {

/// A connection to the container's monitor that has taken the clean-up upon itself; nothing when the monitor is gone.
std::optional<MonitorClient> claim(const Engine& engine, const Record& record) {
  auto client = connect_monitor(engine.run_directory(record.id));
  if (client) client->claim_cleanup();
  return client;
}

/// A note for who sees the end. The container may have ended meanwhile.
void leave_note(Engine& engine, const Record& record, const char* name) {
  const std::string directory = engine.run_directory(record.id);
  if (!base::is_directory(directory)) return;
  try {
    base::write_file(directory + "/" + name, "", 0600);
  } catch (const base::Error& e) {
    if (e.kind() != base::Kind::not_found && e.kind() != base::Kind::exists) throw;
  }
}

/// Tells the monitor (berth-monitor/revive.hpp) that a user has stopped the container.
void mark_stopped(Engine& engine, const Record& record) {
  leave_note(engine, record, kStoppedNote);
}

/// How a first process is ended.
struct Ending {
  int signal = SIGKILL;
  int timeout_ms = -1;
  bool is_told = false;  ///< there is an event of the first signal already
};

/// Docker tells each signal that an end takes; Podman only those of its kill.
void tell_signal(Engine& engine, const Record& record, int signal) {
  auto event = container_event(record, "kill", {{"signal", std::to_string(signal)}});
  event.marks = {"detail"};
  record_event(engine.store, event);
}

/// Signals the first process and, when it has not ended within `timeout_ms`, kills it. Returns once the monitor has
/// written the exit (or is gone, too) and what the container took is given back. No lock is held while waiting: others may
/// look at the container or kill it at once. True when it had to be killed.
bool end_with(Engine& engine, const Record& record, const Running& running, const Ending& ending) {
  // Whatever the restart policy says: this end is meant.
  mark_stopped(engine, record);
  auto client = claim(engine, record);
  const auto process = running.init.open();
  bool killed = false;
  if (process) {
    if (!ending.is_told) tell_signal(engine, record, ending.signal);
    running.init.signal(ending.signal);
    // A frozen process takes no signal; as Docker, stopping one that is paused lets it go on.
    if (base::exists(engine.run_directory(record.id) + "/paused")) thaw(engine, record);
    killed = !base::wait_for_exit(process->get(), ending.timeout_ms);
    if (killed) {
      tell_signal(engine, record, SIGKILL);
      running.init.signal(SIGKILL);
      base::wait_for_exit(process->get(), -1);
    }
  }
  if (client) client->wait_exit();
  clean_up(engine, record.id);
  if (client) client->cleaned();
  return killed;
}

int stop_signal(const Details& details, const std::string& asked) {
  for (const auto& text : {asked, details.options.stop_signal, details.image.stop_signal}) {
    if (text.empty()) continue;
    if (const auto number = base::parse_signal(text)) return *number;
    base::fail(base::Kind::usage, "invalid signal: {}", text);
  }
  return SIGTERM;
}

int timeout_ms(const Details& details, const std::optional<int>& asked) {
  constexpr int kDefault = 10;  // seconds, Docker's
  const int seconds = asked.value_or(details.options.stop_timeout.value_or(kDefault));
  constexpr int kLongest = 2'000'000;
  return seconds < 0 ? -1 : std::min(seconds, kLongest) * 1000;
}

Stopped stop_running(Engine& engine,
                     const Record& record,
                     const State& state,
                     const StopOptions& options) {
  const Details details = engine.containers.details(record.id);
  // A process that waits for its command would ignore all others.
  const int wanted = stop_signal(details, options.signal);
  const int signal = state.is_running() ? wanted : SIGKILL;
  const int time = timeout_ms(details, options.timeout);
  if (options.restarts) leave_note(engine, record, kKeptNote);
  leave_note(engine, record, kStoppingNote);
  const bool killed =
      end_with(engine, record, state.running, {.signal = signal, .timeout_ms = time});
  record_event(engine.store, container_event(record, "stop"));
  // A frozen process had no chance.
  const bool had_time = state.status != Status::paused;
  return {.ran = true, .killed = killed && had_time, .signal = signal, .seconds = time / 1000};
}

}  // namespace

void end_container(Engine& engine, const Record& record, const State& state) {
  end_with(engine, record, state.running, {});
}

void cancel_restart(Engine& engine, const Record& record, const State& state) {
  mark_stopped(engine, record);
  const auto monitor = state.running.monitor.open();
  if (!monitor) return;
  state.running.monitor.signal(SIGTERM);
  base::wait_for_exit(monitor->get(), -1);
}

Stopped stop(Engine& engine, const std::string& name, const StopOptions& options) {
  const std::string id = engine.containers.get(name).id;
  Stopped stopped;
  while (const auto record = engine.containers.find_by_id(id)) {
    const State state = state_of(engine, *record);
    stopped.is_lost = stopped.is_lost || state.is_lost;
    if (state.status == Status::restarting)
      cancel_restart(engine, *record, state);
    else if (state.has_process())
      return stop_running(engine, *record, state, options);
    else if (clean_up(engine, id))
      break;
  }
  return stopped;  // also when it is gone by now
}

void kill(Engine& engine, const std::string& name, const std::string& signal) {
  const Record record = engine.containers.get(name);
  const auto number = base::parse_signal(signal);
  if (!number)
    base::fail(base::Kind::usage, "cannot kill container: {}: invalid signal: {}", name, signal);
  const State state = state_of(engine, record);
  if (state.is_running()) mark_stopped(engine, record);
  if (!state.is_running() || !state.running.init.signal(*number)) {
    base::fail(base::Kind::wrong_state,
               "cannot kill container: {}: container {} is not running",
               name,
               record.id);
  }
  record_event(engine.store,
               container_event(record, "kill", {{"signal", std::to_string(*number)}}));
  if (state.status == Status::paused) thaw(engine, record);
  if (*number != SIGKILL) return;
  // Docker's kill returns when a killed container is seen as exited.
  end_with(engine, record, state.running, {.is_told = true});
}

}  // namespace container
