// SPDX-License-Identifier: Apache-2.0
// berth wait
#include "container/wait.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/list.hpp"
#include "container/attached.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool latest = false, ignore = false, first = false;
  std::string interval;  ///< checked, but nothing is polled
  std::vector<std::string> conditions;
};

void check(const Session& session, const Flags& flags, const Words& names) {
  if (!flags.interval.empty() && !base::parse_duration(flags.interval) &&
      !base::parse_duration(flags.interval + "ms"))
    client_fail("time: invalid duration \"{}\"", flags.interval);
  if (!flags.latest && names.empty())
    client_fail("\"{}\" requires a name, id, or the \"--latest\" flag", session.speech().path());
  if (flags.latest && !names.empty())
    client_fail("--latest and containers cannot be used together");
}

/// Ids; empty for those that are missing and may be.
Words ids_of(Session& session, const Flags& flags, const Words& names) {
  auto& containers = session.engine().containers;
  if (flags.latest) {
    const auto all = containers.list();
    if (all.empty()) client_fail("no containers to act on: no such container");
    return {all.front().id};
  }
  Words ids;
  for (const auto& name : names) {
    const auto record = containers.find(name);
    if (!record && !flags.ignore) base::fail(base::Kind::not_found, "No such container: {}", name);
    ids.push_back(record ? record->id : "");
  }
  return ids;
}

int wait_as_podman(Session& session, const Flags& flags, const Words& names) {
  check(session, flags, names);
  auto& engine = session.engine();
  const auto ids = ids_of(session, flags, names);
  container::check_conditions(flags.conditions);
  const Words conditions = flags.conditions.empty() ? Words{"stopped"} : flags.conditions;
  if (flags.first) {
    Words here = ids;
    std::erase(here, "");
    fmt::print("{}\n", here.empty() ? -1 : container::wait_for(engine, here, conditions).code);
    return 0;
  }
  return for_each(session, ids, [&](const std::string& id) {
    int code = -1;
    if (!id.empty()) {
      code = flags.conditions.empty() ? container::wait(engine, id)
                                      : container::wait_for(engine, {id}, conditions).code;
    }
    fmt::print("{}\n", code);
  });
}

}  // namespace

void register_wait(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"wait", "container wait"},
      .usage =
          verbs.is_podman() ? "[OPTIONS] CONTAINER [CONTAINER...]" : "CONTAINER [CONTAINER...]",
      .summary = "Block until one or more containers stop, then print their exit codes",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::running_containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            if (!podman) return;
            table.add_list("--condition",
                           flags->conditions,
                           "Condition to wait on: a state, healthy or unhealthy");
            table.add_flag("--exit-first-match",
                           flags->first,
                           "Wait for the first container that meets the condition only");
            table.add_flag(
                "--ignore", flags->ignore, "Ignore if a container does not exist: -1 is its code");
            table.add_option(
                "-i,--interval", flags->interval, "Taken for Podman's sake: nothing is polled");
            table.add_flag("-l,--latest", flags->latest, "Act on the latest container");
          },
      .act =
          [flags](Session& session, const Words& names) {
            if (session.is_podman()) return wait_as_podman(session, *flags, names);
            return for_each(session, names, [&](const std::string& name) {
              fmt::print("{}\n", container::wait(session.engine(), name));
            });
          },
  });
}

}  // namespace cli
