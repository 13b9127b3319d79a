// SPDX-License-Identifier: Apache-2.0
#include "container/wait.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>

#include "base/error.hpp"
#include "base/inotify.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "container/monitor.hpp"
#include "container/podman_filters.hpp"
#include "container/state.hpp"

namespace container {

namespace {

using Words = std::vector<std::string>;

bool has(const Words& words, const char* word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool waits_for_end(const Words& conditions) {
  return has(conditions, "stopped") || has(conditions, "exited");
}

struct Target {
  std::string id;
  std::optional<MonitorClient> monitor;  ///< who tells the exit code of one that is removed at once
};

bool meets(const State& state, const Words& conditions) {
  const std::string own = podman_status(state);
  if (own == "exited" && waits_for_end(conditions)) return true;
  if (own == "created" && has(conditions, "configured")) return true;
  return has(conditions, own.c_str()) ||
         (state.is_running() && !state.health.empty() && has(conditions, state.health.c_str()));
}

/// News of all that may change a state: the event log, and the files of the runs.
class Watch {
 public:
  Watch(Engine& engine, const Words& ids) : engine_(engine), ids_(ids) {
    const auto log = engine.store.paths().events();
    base::open_file(log, O_RDONLY | O_CREAT, 0600);
    inotify_.watch(log, IN_MODIFY);
    inotify_.watch(engine.run_directory(""), IN_CREATE | IN_DELETE);
  }

  /// To be called before each look: directories come with a start.
  void renew() {
    for (const auto& id : ids_)
      inotify_.watch(engine_.run_directory(id),
                     IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF);
  }

  void wait(std::vector<Target>& targets) {
    std::vector<pollfd> polled = {{inotify_.get(), POLLIN, 0}};
    for (const auto& target : targets) {
      if (target.monitor) polled.push_back({target.monitor->socket(), POLLIN, 0});
    }
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR)
      base::sys_fail("wait for containers");
    base::check_interrupt();
    inotify_.drain();
  }

 private:
  Engine& engine_;
  const Words& ids_;
  base::Inotify inotify_;
};

/// The exit that its monitor has told, or is about to.
std::optional<Waited> told_end(Target& target) {
  if (!target.monitor) return std::nullopt;
  pollfd polled{target.monitor->socket(), POLLIN, 0};
  if (::poll(&polled, 1, 0) <= 0) return std::nullopt;
  return Waited{target.id, target.monitor->wait_exit().code};
}

std::optional<Waited> look(Engine& engine, Target& target, const Words& conditions) {
  const bool end = waits_for_end(conditions);
  const auto record = engine.containers.find_by_id(target.id);
  if (!record) {
    if (end && target.monitor) return Waited{target.id, target.monitor->wait_exit().code};
    if (end || has(conditions, "removing")) return Waited{target.id, -1};
    base::fail(base::Kind::not_found, "No such container: {}", target.id);
  }
  const State state = state_of(engine, *record);
  if (meets(state, conditions))
    return Waited{target.id, end && !state.has_process() ? state.exit_code : -1};
  if (!end || !state.has_process()) return std::nullopt;
  if (!target.monitor) target.monitor = connect_monitor(engine.run_directory(target.id));
  return told_end(target);
}

}  // namespace

void check_conditions(const Words& conditions) {
  for (const auto& word : conditions) check_state_word(word, {"healthy", "unhealthy"});
}

Waited wait_for(Engine& engine, const Words& ids, const Words& conditions) {
  check_conditions(conditions);
  Watch watch(engine, ids);
  std::vector<Target> targets;
  for (const auto& id : ids) targets.push_back({id, std::nullopt});
  for (;;) {
    watch.renew();
    for (auto& target : targets) {
      if (const auto waited = look(engine, target, conditions)) return *waited;
    }
    watch.wait(targets);
  }
}

}  // namespace container
