// SPDX-License-Identifier: Apache-2.0
// berth stop, berth restart, berth kill
#include "container/stop.hpp"

#include "commands/list.hpp"
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
  std::string signal;    ///< kill
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

void declare_stop(FlagTable& table, container::StopOptions& o) {
  table
      .add_option_function<std::string>(
          "-t,--timeout",
          [&o](const std::string& text) { o.timeout = static_cast<int>(parse_integer(text)); },
          "Seconds to wait before killing the container")
      .type_name("int");
  table
      .add_option_function<std::string>(
          "--time",
          [&o](const std::string& text) {
            o.timeout = static_cast<int>(parse_integer(text));
            fmt::print(
                "Flag --time has been deprecated, use --timeout instead\n");  // where docker 29 prints it
          },
          "Seconds to wait before killing the container (deprecated: --timeout)")
      .type_name("int");
  table.add_option("-s,--signal", o.signal, "Signal to send to the container");
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
            declare_stop(table, flags->stop);
            if (podman) add_target_flags(table, flags->targets, kPodmanTargets | Targets::kIgnore);
          },
      .act =
          [flags](Session& session, const Words& words) {
            const auto names = targets_of(
                session, *flags, words, {Status::running, Status::paused, Status::restarting});
            return for_each(session, names, [&](const std::string& name) {
              container::stop(session.engine(), name, flags->stop);
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
            declare_stop(table, flags->stop);
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
              container::stop(session.engine(), name, how);
              container::start_stopped(session.engine(), name);
              fmt::print("{}\n", name);
            });
          },
  });
}

void register_kill(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"kill", "container kill"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Kill one or more running containers",
      .arity = arity_of(verbs),
      .completes = Completes::running_containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_option("-s,--signal", flags->signal, "Signal to send to the container");
            if (podman)
              add_target_flags(
                  table, flags->targets, Targets::kAll | Targets::kLatest | Targets::kCidfile);
          },
      .act =
          [flags](Session& session, const Words& words) {
            const auto names =
                targets_of(session, *flags, words, {Status::running, Status::paused});
            const std::string signal = flags->signal.empty() ? "KILL" : flags->signal;
            return for_each(session, names, [&](const std::string& name) {
              container::kill(session.engine(), name, signal);
              fmt::print("{}\n", name);
            });
          },
  });
}

}  // namespace cli
