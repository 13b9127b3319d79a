// SPDX-License-Identifier: Apache-2.0
// berth stop, berth restart
#include "container/stop.hpp"

#include "base/signal_names.hpp"
#include "commands/list.hpp"
#include "commands/podman_words.hpp"
#include "commands/targets.hpp"
#include "container/restart.hpp"
#include "options/parse.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  container::StopOptions stop;
  Targets targets;
  bool running = false;  ///< podman restart
};

using container::Status;

constexpr unsigned kPodmanTargets =
    Targets::kAll | Targets::kLatest | Targets::kCidfile | Targets::kFilter;

/// Podman lets the flags name the containers.
Arity arity_of(const Verbs& verbs) {
  return {verbs.is_podman() ? 0 : 1, -1};
}

/// Docker's verbs take names only.
Words targets_of(Session& session,
                 const Flags& flags,
                 const Words& names,
                 const std::vector<Status>& states = {}) {
  return session.is_podman() ? find_targets(session, flags.targets, names, states) : names;
}

void declare_time(FlagTable& table,
                  const char* names,
                  const char* text,
                  container::StopOptions& o,
                  bool deprecated) {
  table
      .add_option_function<std::string>(
          names,
          [&o, deprecated](const std::string& word) {
            o.timeout = static_cast<int>(parse_integer(word));
            // Where docker 29 prints it.
            if (deprecated) fmt::print("Flag --time has been deprecated, use --timeout instead\n");
          },
          text)
      .type_name("int");
}

void declare_stop(FlagTable& table, container::StopOptions& o, bool podman) {
  const char* text = "Seconds to wait before killing the container";
  if (podman) {
    declare_time(table, "-t,--time", text, o, false);
    declare_time(table, "--timeout", "The same as --time", o, false);
  } else {
    declare_time(table, "-t,--timeout", text, o, false);
    declare_time(table,
                 "--time",
                 "Seconds to wait before killing the container (deprecated: --timeout)",
                 o,
                 true);
  }
  table.add_option("-s,--signal", o.signal, "Signal to send to the container");
}

/// Podman lets nothing but running containers be stopped.
void check_not_paused(Session& session, const std::string& name) {
  auto& engine = session.engine();
  const auto record = engine.containers.get(name);
  if (container::state_of(engine, record).status == Status::paused)
    client_fail(
        "can only stop created or running containers. {} is in state paused: container state "
        "improper",
        record.id);
}

void stop_one(Session& session, const std::string& name, const container::StopOptions& how) {
  if (!session.is_podman()) {
    container::stop(session.engine(), name, how);
    return;
  }
  check_not_paused(session, name);
  const auto record = session.engine().containers.get(name);
  const auto stopped = container::stop(session.engine(), name, how);
  warn_if_killed(record.name, stopped);
  // It has ended all the same. Podman's monitor goes by the name conmon.
  if (stopped.is_lost && !how.restarts)
    client_fail(
        "container {} conmon exited prematurely, exit code could not be retrieved: conmon process "
        "killed",
        record.id);
}

}  // namespace

void register_stop(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"stop", "container stop"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Stop one or more running containers",
      .arity = arity_of(verbs),
      .completes = Completes::running_containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            declare_stop(table, flags->stop, podman);
            if (podman) add_target_flags(table, flags->targets, kPodmanTargets | Targets::kIgnore);
          },
      .act =
          [flags](Session& session, const Words& words) {
            const auto names = targets_of(
                session,
                *flags,
                words,
                {Status::initialized, Status::running, Status::paused, Status::restarting});
            return for_each(session, names, [&](const std::string& name) {
              stop_one(session, name, flags->stop);
              fmt::print("{}\n", name);
            });
          },
  });
}

void register_restart(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"restart", "container restart"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Restart one or more containers",
      .arity = arity_of(verbs),
      .completes = Completes::containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            declare_stop(table, flags->stop, podman);
            if (!podman) return;
            add_target_flags(table, flags->targets, kPodmanTargets);
            table.add_flag("--running", flags->running, "Restart only running containers");
          },
      .act =
          [flags](Session& session, const Words& words) {
            // --running alone means all that run.
            if (flags->running && words.empty()) flags->targets.all = true;
            const auto states =
                flags->running ? std::vector<Status>{Status::running} : std::vector<Status>{};
            const auto names = targets_of(session, *flags, words, states);
            return for_each(session, names, [&](const std::string& name) {
              auto how = flags->stop;
              how.restarts = true;
              stop_one(session, name, how);
              container::start_stopped(session.engine(), name);
              fmt::print("{}\n", name);
            });
          },
  });
}

}  // namespace cli
