// SPDX-License-Identifier: Apache-2.0
// berth stop, berth restart, berth kill
#include "container/stop.hpp"

#include <CLI/CLI.hpp>

#include "commands/list.hpp"
#include "container/restart.hpp"
#include "options/parse.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  container::StopOptions stop;
};

void declare_stop(CLI::App& app, container::StopOptions& o) {
  app.add_option_function<std::string>(
         "-t,--timeout",
         [&o](const std::string& text) { o.timeout = static_cast<int>(parse_integer(text)); },
         "Seconds to wait before killing the container")
      ->type_name("int");
  app.add_option_function<std::string>(
         "--time",
         [&o](const std::string& text) {
           o.timeout = static_cast<int>(parse_integer(text));
           fmt::print(
               "Flag --time has been deprecated, use --timeout instead\n");  // where docker 29 prints it
         },
         "Seconds to wait before killing the container (deprecated: --timeout)")
      ->type_name("int");
  app.add_option("-s,--signal", o.signal, "Signal to send to the container");
}

}  // namespace

void register_stop(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"stop", "container stop"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Stop one or more running containers",
      .arity = {1, -1},
      .completes = Completes::running_containers,
      .declare = [flags](CLI::App& app) { declare_stop(app, flags->stop); },
      .act =
          [flags](Session& session, const Words& names) {
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
      .arity = {1, -1},
      .completes = Completes::containers,
      .declare = [flags](CLI::App& app) { declare_stop(app, flags->stop); },
      .act =
          [flags](Session& session, const Words& names) {
            return for_each(session, names, [&](const std::string& name) {
              container::stop(session.engine(), name, flags->stop);
              container::start_stopped(session.engine(), name);
              fmt::print("{}\n", name);
            });
          },
  });
}

void register_kill(Verbs& verbs) {
  const auto signal = std::make_shared<std::string>();
  verbs.add({
      .names = {"kill", "container kill"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Kill one or more running containers",
      .arity = {1, -1},
      .completes = Completes::running_containers,
      .declare =
          [signal](CLI::App& app) {
            app.add_option("-s,--signal", *signal, "Signal to send to the container");
          },
      .act =
          [signal](Session& session, const Words& names) {
            return for_each(session, names, [&](const std::string& name) {
              container::kill(session.engine(), name, signal->empty() ? "KILL" : *signal);
              fmt::print("{}\n", name);
            });
          },
  });
}

}  // namespace cli
