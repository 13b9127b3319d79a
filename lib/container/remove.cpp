// SPDX-License-Identifier: Apache-2.0
#include "container/remove.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "container/events.hpp"
#include "container/finish.hpp"
#include "container/mount.hpp"
#include "container/state.hpp"
#include "image/remove.hpp"

namespace container {

namespace {

[[noreturn]] void refuse_running(const std::string& name, const State& state) {
  base::fail(base::Kind::wrong_state,
             "cannot remove container \"{}\": container is {}",
             name,
             state.status == Status::paused ? "paused and must be unpaused first"
             : state.status == Status::restarting
                 ? "restarting: stop the container before removing or force remove"
                 : "running: stop the container before removing or force remove");
}

/// --rmi: other containers may use it, too.
void remove_image(Engine& engine, const std::string& name) {
  try {
    image::RemoveOptions options;
    options.is_running = [](const std::string&) { return false; };
    image::remove_image(engine.images, name, options);
  } catch (const base::Error& e) {
    if (e.kind() == base::Kind::not_found) return;
    base::warn("image {} stays: image is in use by a container: {}", name, e.message());
  }
}

}  // namespace

void remove_stopped(Engine& engine,
                    const Record& record,
                    RemoveVolumes volumes,
                    const Details* known) {
  std::optional<Details> read;
  const Details& details = known ? *known : read.emplace(engine.containers.details(record.id));
  std::vector<std::string> anonymous;
  if (volumes == RemoveVolumes::anonymous) anonymous = details.anonymous_volumes;
  // Row first: from here on nobody finds it, and what a crash leaves on disk has no row and is swept.
  engine.containers.remove(record);
  drop_run_directory(engine, record.id);
  detach_mounted_rootfs(engine, record.id);
  base::remove_tree(engine.store.paths().container(record.id));
  for (const auto& name : anonymous) {
    try {
      engine.volumes.remove(name);
      record_event(engine.store, volume_event(name, "destroy"));
    } catch (const base::Error& e) {
      if (e.kind() != base::Kind::in_use && e.kind() != base::Kind::not_found) throw;
    }
  }
  if (details.options.rules.owns_cidfile && !details.options.cidfile.empty())
    ::unlink(details.options.cidfile.c_str());
  record_event(engine.store, container_event(record, "destroy"));
  if (details.options.remove_image) remove_image(engine, details.options.image);
  base::remove_file(engine.store.paths().lock("health-" + record.id));
  base::remove_file(engine.store.paths().lock("container-" + record.id));
}

void remove(Engine& engine, const std::string& name, const RemoveOptions& options) {
  const std::string id = engine.containers.get(name).id;
  for (;;) {
    auto lock = engine.lock(id);
    const auto record = engine.containers.find_by_id(id);
    if (!record) return;  // --rm, and somebody else was first
    const State state = state_of(engine, *record);
    if (state.status == Status::restarting) {
      if (!options.force) refuse_running(name, state);
      cancel_restart(engine, *record, state);
      finish(engine, *record, state_of(engine, *record));
      continue;
    }
    if (!state.has_process()) {
      finish(engine, *record, state);
      if (!engine.containers.find_by_id(id)) return;
      return remove_stopped(
          engine, *record, options.volumes ? RemoveVolumes::anonymous : RemoveVolumes::none);
    }
    if (!options.force && state.is_running()) refuse_running(name, state);
    { const auto unlocked = std::move(lock); }  // ending takes a while
    if (!options.stop) {
      end_container(engine, *record, state);
      continue;
    }
    const auto stopped = stop(engine, id, *options.stop);
    if (options.on_stopped) options.on_stopped(*record, stopped);
  }
}

}  // namespace container
