// SPDX-License-Identifier: Apache-2.0
#include "container/finish.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "container/cgroup.hpp"
#include "container/events.hpp"
#include "container/health.hpp"
#include "container/remove.hpp"
#include "container/runtime.hpp"
#include "container/start.hpp"
#include "container/survivors.hpp"

namespace container {

namespace {

/// Each step is tried whatever became of the others; the first failure that is not told here would hide the rest.
template <typename Act>
void try_step(const char* what, const Record& record, Act act) {
  try {
    act();
  } catch (const base::Error& e) {
    base::warn("{} of container {}: {}, ignoring", what, record.name, e.message());
  }
}

void keep_stopped(const Engine& engine, const Record& record) {
  const std::string note = engine.store.paths().container(record.id) + "/" + kStoppedNote;
  if (base::exists(engine.run_directory(record.id) + "/" + kStoppedNote))
    base::replace_file(note, "", 0600);
  else
    base::remove_file(note);
}

}  // namespace

void give_back(Engine& engine, const Record& record) {
  const std::string directory = engine.run_directory(record.id);
  if (!base::exists(directory)) return;
  // Its monitor was killed (or the runtime failed): what is left of it must not outlive what it stands on. The bundle is
  // the last thing that is written before anything is started.
  if (!base::exists(directory + "/exit") && base::exists(directory + "/bundle"))
    try_step("kill what is left", record, [&] { kill_survivors(engine, record.id); });
  std::optional<Taken> taken;
  try_step("read what was taken", record, [&] { taken = read_taken(engine, record.id); });
  if (taken) {
    if (!taken->cgroup_path.empty()) {
      try_step("remove the cgroup", record, [&] {
        remove_cgroup(taken->cgroup_manager, taken->cgroup_path);
      });
    }
    if (taken->endpoint) {
      try_step("disconnect the network", record, [&] {
        network::disconnect(engine.store, record.id, *taken->endpoint);
      });
    }
    try_step("clean up the runtime", record, [&] {
      Runtime(engine, taken->runtime, taken->cgroup_manager)
          .forget(record.id, base::exists(directory + "/" + kPoststopNote));
    });
  }
}

void drop_run_directory(Engine& engine, const std::string& id) {
  const std::string directory = engine.run_directory(id);
  // First what would be read as a monitor that was killed once the exit is gone.
  base::remove_file(directory + "/running");
  base::remove_tree(directory);
}

void record_end(Engine& engine, const Record& record, const State& state) {
  const auto ran = std::chrono::duration_cast<std::chrono::seconds>(
      std::max(state.finished - state.started, std::chrono::nanoseconds(0)));
  auto event = container_event(record,
                               "die",
                               {{"exitCode", std::to_string(state.exit_code)},
                                {"execDuration", std::to_string(ran.count())}});
  if (state.oom_killed) event.marks = {"oom"};
  record_event(engine.store, event);
}

void finish(Engine& engine, const Record& record, const State& state, const Details* known) {
  if (!state.needs_cleanup) return;
  const bool stays =
      !record.summary.remove || base::exists(engine.run_directory(record.id) + "/" + kKeptNote);
  if (stays) return end_run(engine, record, state);
  give_back(engine, record);
  record_end(engine, record, state);
  remove_stopped(engine, record, RemoveVolumes::anonymous, known);
}

void end_run(Engine& engine, const Record& record, const State& state) {
  give_back(engine, record);
  record_end(engine, record, state);
  Record ended = record;
  ended.finished = std::max(state.finished, record.started);
  ended.exit_code = state.exit_code;
  ended.oom_killed = state.oom_killed;
  engine.containers.set_finished(ended);
  try_step("keep what is known of the run", record, [&] {
    keep_health(engine, record);
    keep_stopped(engine, record);
  });
  try_step("remove the run state", record, [&] { drop_run_directory(engine, record.id); });
}

bool clean_up(Engine& engine, const std::string& id, const Details* known) {
  const auto lock = engine.lock(id);
  const auto record = engine.containers.find_by_id(id);
  if (!record) return true;
  const State state = state_of(engine, *record);
  if (state.has_process() || state.status == Status::restarting) return false;
  finish(engine, *record, state, known);
  return true;
}

}  // namespace container
