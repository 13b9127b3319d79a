// SPDX-License-Identifier: Apache-2.0
#include "container/state.hpp"

#include <array>

#include "base/sys.hpp"
#include "container/health.hpp"

namespace container {

namespace {

constexpr std::array<const char*, 7> kWords =
    {"created", "running", "paused", "restarting", "removing", "exited", "dead"};

State ended(const Record& record, int code, bool oom, base::Moment finished) {
  State state;
  state.status = Status::exited;
  state.started = record.started;
  state.finished = finished;
  state.exit_code = code;
  state.oom_killed = oom;
  return state;
}

}  // namespace

const char* to_text(Status status) {
  return kWords.at(static_cast<std::size_t>(status));
}

bool from_text(const std::string& text, Status& status) {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (text != kWords[i]) continue;
    status = static_cast<Status>(i);
    return true;
  }
  return false;
}

State state_of(const Engine& engine, const Record& record) {
  if (record.started == base::Moment{}) {
    State state;
    state.exit_code = record.exit_code;
    return state;
  }
  if (!record.may_run()) return ended(record, record.exit_code, record.oom_killed, record.finished);
  const std::string directory = engine.run_directory(record.id);
  const auto running = read_running(directory);
  const auto exit = read_exit(directory);
  // A container whose monitor was killed has nobody to read its output or tell its end: it counts as ended, and whoever
  // cleans up kills what is left of it.
  // While the monitor lives and has not told the end, it runs.
  if (running && !exit && running->monitor.is_alive()) {
    State state;
    state.status = base::exists(directory + "/paused") ? Status::paused : Status::running;
    state.running = *running;
    state.started = running->started;
    state.health = health_status(directory);
    return state;
  }
  // The monitor, or the restart that it has become, is at work.
  if (running && exit && exit->restarts && running->monitor.is_alive()) {
    State state = ended(record, exit->code, exit->oom_killed, exit->finished);
    state.status = Status::restarting;
    state.running = *running;
    state.started = running->started;
    return state;
  }
  State state;
  if (exit) {
    state = ended(record, exit->code, exit->oom_killed, exit->finished);
  } else if (running) {
    // Its monitor was killed, and with it the knowledge of how it ended.
    constexpr int kKilled = 137;
    state = ended(record, kKilled, false, base::now());
  } else if (base::is_directory(directory)) {
    // A start is under way, or was killed before anything ran: what was before still holds.
    if (record.finished == base::Moment{}) return {};
    return ended(record, record.exit_code, record.oom_killed, record.finished);
  } else {
    // The host went down under it; Docker says 255 as well.
    constexpr int kUnknown = 255;
    state = ended(record, kUnknown, false, record.started);
  }
  state.needs_cleanup = true;
  return state;
}

}  // namespace container
