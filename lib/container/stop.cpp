// SPDX-License-Identifier: Apache-2.0
#include "container/stop.hpp"

#include <csignal>

#include "base/error.hpp"
#include "base/signal_names.hpp"
#include "container/events.hpp"
#include "container/finish.hpp"
#include "container/monitor.hpp"

namespace container {

namespace {

/// A connection to the container's monitor that has taken the clean-up upon itself; nothing when the monitor is gone.
std::optional<MonitorClient> claim(const Engine& engine, const Record& record) {
  auto client = connect_monitor(engine.run_directory(record.id));
  if (client) client->claim_cleanup();
  return client;
}

/// Signals the first process and, when it has not ended within `timeout_ms`, kills it. Returns once the monitor has
/// written the exit (or is gone, too) and what the container took is given back. No lock is held while waiting: others may
/// look at the container or kill it at once.
void end_with(Engine& engine,
              const Record& record,
              const Running& running,
              int signal,
              int timeout_ms) {
  auto client = claim(engine, record);
  const auto process = running.init.open();
  if (process) {
    running.init.signal(signal);
    if (!base::wait_for_exit(process->get(), timeout_ms)) {
      running.init.signal(SIGKILL);
      base::wait_for_exit(process->get(), -1);
    }
  }
  if (client) client->wait_exit();
  clean_up(engine, record.id);
  if (client) client->cleaned();
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

}  // namespace

void end_container(Engine& engine, const Record& record, const State& state) {
  end_with(engine, record, state.running, SIGKILL, -1);
}

void stop(Engine& engine, const std::string& name, const StopOptions& options) {
  const Record record = engine.containers.get(name);
  const State state = state_of(engine, record);
  if (state.is_running()) {
    const Details details = engine.containers.details(record.id);
    const int signal = stop_signal(details, options.signal);
    end_with(engine, record, state.running, signal, timeout_ms(details, options.timeout));
    record_event(engine.store,
                 {"container",
                  "stop",
                  record.id,
                  {{"image", record.summary.image_name}, {"name", record.name}}});
    return;
  }
  clean_up(engine, record.id);
}

void kill(Engine& engine, const std::string& name, const std::string& signal) {
  const Record record = engine.containers.get(name);
  const auto number = base::parse_signal(signal);
  if (!number)
    base::fail(base::Kind::usage, "cannot kill container: {}: invalid signal: {}", name, signal);
  const State state = state_of(engine, record);
  if (!state.is_running() || !state.running.init.signal(*number)) {
    base::fail(base::Kind::wrong_state,
               "cannot kill container: {}: container {} is not running",
               name,
               record.id);
  }
  record_event(engine.store,
               {"container",
                "kill",
                record.id,
                {{"image", record.summary.image_name},
                 {"name", record.name},
                 {"signal", std::to_string(*number)}}});
  if (*number != SIGKILL) return;
  // Docker's kill returns when a killed container is seen as exited.
  end_container(engine, record, state);
}

}  // namespace container
