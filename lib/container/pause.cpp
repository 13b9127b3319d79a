// SPDX-License-Identifier: Apache-2.0
#include "container/pause.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/events.hpp"
#include "container/runtime.hpp"
#include "container/start.hpp"

namespace container {

namespace {

/// The file that marks a container as paused (state.hpp).
std::string mark(const Engine& engine, const std::string& id) {
  return engine.run_directory(id) + "/paused";
}

void call_runtime(Engine& engine, const Record& record, const char* verb) {
  const auto taken = read_taken(engine, record.id);
  if (!taken) base::fail(base::Kind::wrong_state, "container {} is not running", record.id);
  if (taken->cgroup_path.empty()) {
    base::fail(
        base::Kind::unsupported,
        "cannot {} container {}: it has no cgroup to freeze (rootless containers need cgroup "
        "v2 and a systemd user session)",
        verb,
        record.name);
  }
  const Runtime runtime(engine, taken->runtime, taken->cgroup_manager);
  const auto done = base::run_captured({.argv = runtime.command({verb, record.id})});
  if (!done.status.ok()) {
    base::fail(base::Kind::io,
               "cannot {} container {}: {}",
               verb,
               record.name,
               std::string(base::trim(done.err)));
  }
}

}  // namespace

void pause(Engine& engine, const std::string& name) {
  const std::string id = engine.containers.get(name).id;
  const auto lock = engine.lock(id);
  const Record record = engine.containers.get(id);
  const State state = state_of(engine, record);
  if (!state.is_running())
    base::fail(base::Kind::wrong_state, "container {} is not running", record.id);
  if (state.status == Status::paused)
    base::fail(base::Kind::wrong_state, "container {} is already paused", record.id);
  // Marked first: killed in between, unpause mends it.
  base::write_file(mark(engine, id), "", 0600);
  try {
    call_runtime(engine, record, "pause");
  } catch (const base::Error&) {
    base::remove_file(mark(engine, id));
    throw;
  }
  record_event(engine.store, container_event(record, "pause"));
}

void thaw(Engine& engine, const Record& record) {
  call_runtime(engine, record, "resume");
  base::remove_file(mark(engine, record.id));
}

void unpause(Engine& engine, const std::string& name) {
  const std::string id = engine.containers.get(name).id;
  const auto lock = engine.lock(id);
  const Record record = engine.containers.get(id);
  if (state_of(engine, record).status != Status::paused)
    base::fail(base::Kind::wrong_state, "Container {} is not paused", record.id);
  thaw(engine, record);
  record_event(engine.store, container_event(record, "unpause"));
}

}  // namespace container
