// SPDX-License-Identifier: Apache-2.0
// berth update
#include "container/update.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/targets.hpp"
#include "options/groups.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  container::UpdateOptions changes;
  std::vector<std::string> env, unset;
  Targets targets;
};

/// What only Podman changes.
void add_podman_flags(FlagTable& table, Flags& flags) {
  auto& changes = flags.changes.changes;
  add_target_flags(table, flags.targets, Targets::kLatest);
  table.add_list("-e,--env", flags.env, "Set environment variables of the next start");
  table.add_list("--unsetenv", flags.unset, "Remove environment variables of the container");
  add_value(table, "--ulimit", "ulimit", "Ulimit options", [&changes](const std::string& text) {
    changes.emplace_back([limits = parse_ulimits(text, true)](container::CreateOptions& o) {
      for (const auto& limit : limits) {
        std::erase_if(o.ulimits, [&](const auto& other) { return other.name == limit.name; });
        o.ulimits.push_back(limit);
      }
    });
  });
  add_health_flags(table, [&changes](const OptionChange& change) { changes.push_back(change); });
}

/// Later ones win, and a name alone removes (CreateOptions::env).
void add_variables(Flags& flags) {
  for (const auto& variable : flags.env) {
    if (variable.find('=') == std::string::npos)
      client_fail("invalid environment variable \"{}\": no value", variable);
  }
  for (const auto* list : {&flags.unset, &flags.env}) {
    if (list->empty()) continue;
    flags.changes.changes.emplace_back([list](container::CreateOptions& o) {
      o.env.insert(o.env.end(), list->begin(), list->end());
    });
  }
}

Words targets(Session& session, const Flags& flags, const Words& words) {
  if (!session.is_podman()) return words;
  if (!flags.targets.latest && words.empty())
    client_fail("\"{}\" requires a name, id, or the \"--latest\" flag", session.speech().path());
  return find_targets(session, flags.targets, words);
}

int update(Session& session, Flags& flags, const Words& words) {
  const Words names = targets(session, flags, words);
  add_variables(flags);
  const bool changes = flags.changes.restart || !flags.changes.changes.empty() ||
                       !base::to_json(flags.changes.resources).empty();
  if (!changes && !session.is_podman()) {
    throw ClientError(
        "you must provide one or more flags when using this command", 0, ClientError::Form::bare);
  }
  return for_each(session, names, [&](const std::string& name) {
    auto& engine = session.engine();
    const auto id = engine.containers.get(name).id;
    container::update(engine, id, flags.changes);
    fmt::print("{}\n", session.is_podman() ? id : name);
  });
}

}  // namespace

void register_update(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool podman = verbs.is_podman();
  verbs.add({
      .names = {"update", "container update"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Update configuration of one or more containers",
      .arity = {podman ? 0 : 1, -1},
      .completes = Completes::containers,
      .declare =
          [flags, podman](FlagTable& table) {
            add_limit_flags(table, flags->changes.resources);
            add_value(table,
                      "--restart",
                      "string",
                      "Restart policy to apply when a container exits",
                      [flags, podman](const std::string& text) {
                        flags->changes.restart =
                            podman ? parse_podman_restart(text, "") : parse_restart(text);
                      });
            if (podman) add_podman_flags(table, *flags);
          },
      .act = [flags](Session& session,
                     const Words& words) { return update(session, *flags, words); },
  });
}

}  // namespace cli
