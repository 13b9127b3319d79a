// SPDX-License-Identifier: Apache-2.0
#include "container/state.hpp"

#include <array>

#include "base/sys.hpp"
#include "container/health.hpp"

namespace container {

namespace {

constexpr std::array<const char*, 8> kWords =
    {"created", "initialized", "running", "paused", "restarting", "removing", "exited", "dead"};

State ended(const Record& record, int code, bool oom, base::Moment finished) {
  State state;
  state.status = Status::exited;
  state.started = record.started;
  state.finished = finished;
  state.exit_code = code;
  state.oom_killed = oom;
  return state;
}

/// What the run directory says. Read in this order, an exit that is missing beside a monitor that is dead is one that was
/// never written, or has gone into the row.
struct RunFiles {
  explicit RunFiles(const std::string& directory)
      : running(read_running(directory)),
        is_watched(running && running->monitor.is_alive()),
        exit(read_exit(directory)) {}

  bool tell() const { return is_watched || exit; }

  std::optional<Running> running;
  bool is_watched;  ///< by its monitor, or the restart that it has become
  std::optional<Exit> exit;
};

State watched(const Record& record, const std::string& directory, const RunFiles& files) {
  State state;
  if (files.exit && files.exit->restarts) {
    state = ended(record, files.exit->code, files.exit->oom_killed, files.exit->finished);
    state.status = Status::restarting;
  } else if (files.running->started == base::Moment{}) {
    state.status = Status::initialized;
  } else {
    state.status = base::exists(directory + "/paused") ? Status::paused : Status::running;
    state.stopping = base::exists(fmt::format("{}/{}", directory, kStoppingNote));
    state.health = health_status(directory);
  }
  state.running = *files.running;
  state.started = files.running->started;
  return state;
}

/// A run that nobody watches any more, and that is not in the row.
State abandoned(const Record& record, const std::string& directory, const RunFiles& files) {
  State state;
  if (files.exit) {
    state = ended(record, files.exit->code, files.exit->oom_killed, files.exit->finished);
  } else if (files.running) {
    // Its monitor was killed, and with it the knowledge of how it ended. It has nobody to read its output: it counts as
    // ended, and whoever cleans up kills what is left of it.
    constexpr int kKilled = 137;
    state = ended(record, kKilled, false, base::now());
    state.is_lost = true;
  } else if (base::is_directory(directory)) {
    // A start is under way, or was killed before anything ran: what was before still holds.
    if (record.finished == base::Moment{}) return {};
    state = ended(record, record.exit_code, record.oom_killed, record.finished);
  } else {
    // The host went down under it; Docker says 255 as well.
    constexpr int kUnknown = 255;
    state = ended(record, kUnknown, false, record.started);
  }
  state.needs_cleanup = true;
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

State state_of(Engine& engine, const Record& record) {
  if (record.started == base::Moment{}) {
    State state;
    state.exit_code = record.exit_code;
    return state;
  }
  if (!record.may_run()) return ended(record, record.exit_code, record.oom_killed, record.finished);
  const std::string directory = engine.run_directory(record.id);
  const RunFiles files(directory);
  if (!files.tell()) {
    // The files go after the exit is in the row, and come before the start is: a row that is newer knows better.
    const auto now = engine.containers.find_by_id(record.id);
    if (now && (now->started != record.started || now->finished != record.finished))
      return state_of(engine, *now);
  }
  // While the monitor lives and has not told the end, it runs.
  const bool is_under_way = files.is_watched && (!files.exit || files.exit->restarts);
  return is_under_way ? watched(record, directory, files) : abandoned(record, directory, files);
}

}  // namespace container
