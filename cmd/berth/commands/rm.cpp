// SPDX-License-Identifier: Apache-2.0
// berth rm
#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "commands/podman_words.hpp"
#include "commands/targets.hpp"
#include "container/dependents.hpp"
#include "container/remove.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags : container::RemoveOptions {
  Targets targets;
  std::optional<int> time;
  bool depend = false;
};

// Podman's exit codes of rm.
constexpr int kMissing = 1, kWrongState = 2;

int rm_as_docker(Session& session, const Flags& flags, const Words& names) {
  return for_each(session, names, [&](const std::string& name) {
    // Removing by force what is not there is no failure, and prints nothing.
    if (flags.force && !session.engine().containers.find(name)) return;
    container::remove(session.engine(), name, flags);
    fmt::print("{}\n", name);
  });
}

/// A container after all that depend on it, however far.
void add_with_dependents(container::Engine& engine,
                         const container::Record& record,
                         std::vector<std::string>& ids) {
  if (std::find(ids.begin(), ids.end(), record.id) != ids.end()) return;
  for (const auto& other : container::dependents(engine, record))
    add_with_dependents(engine, other, ids);
  ids.push_back(record.id);
}

/// Those that use it as well: Podman does not remove what others stand on.
void check_dependents(container::Engine& engine, const container::Record& record) {
  Words ids;
  for (const auto& other : container::dependents(engine, record)) ids.push_back(other.id);
  if (ids.empty()) return;
  client_fail(
      "container {} has dependent containers which must be removed before it: {}: container "
      "already exists",
      record.id,
      base::join(ids, ", "));
}

void remove_as_podman(Session& session, const Flags& flags, const std::string& name) {
  auto& engine = session.engine();
  const auto record = engine.containers.find(name);
  if (!record) return;  // --rm, and somebody else was first
  check_dependents(engine, *record);
  const auto state = container::state_of(engine, *record);
  try {
    container::remove(engine, record->id, flags);
  } catch (const base::Error& e) {
    if (e.kind() != base::Kind::wrong_state) throw;
    throw ClientError(
        fmt::format("cannot remove container {} as it is {} - running or paused containers cannot "
                    "be removed without force: container state improper",
                    record->id,
                    container::podman_status(state)),
        kWrongState);
  }
}

void check_names(container::Engine& engine, const Words& words) {
  for (const auto& word : words) {
    if (engine.containers.find(word)) continue;
    throw ClientError(
        fmt::format("no container with ID or name \"{}\" found: no such container", word),
        kMissing);
  }
}

int rm_as_podman(Session& session, Flags& flags, const Words& words) {
  if (flags.time && !flags.force)
    client_fail("--force option must be specified to use the --time option");
  flags.stop = container::StopOptions{.timeout = flags.time, .signal = ""};
  flags.on_stopped = [](const container::Record& record, const container::Stopped& stopped) {
    warn_if_killed(record.name, stopped);
  };
  if (flags.force) flags.targets.ignore = true;
  auto& engine = session.engine();
  // Words beside --latest are refused, whether such a container is there or not.
  if (!flags.targets.ignore && !flags.targets.latest) check_names(engine, words);
  auto names = find_targets(session, flags.targets, words);
  // All of them: those that others stand on come last, whatever --depend says.
  if (flags.depend || flags.targets.all) {
    Words ids;
    for (const auto& name : names) add_with_dependents(engine, engine.containers.get(name), ids);
    names = ids;
  }
  return for_each(session, names, [&](const std::string& name) {
    remove_as_podman(session, flags, name);
    fmt::print("{}\n", name);
  });
}

}  // namespace

void register_rm(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"rm", "container rm", "container remove"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Remove one or more containers",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_flag("-f,--force",
                           flags->force,
                           "Force the removal of a running container (uses SIGKILL)");
            table.add_flag("-v,--volumes",
                           flags->volumes,
                           "Remove anonymous volumes associated with the container");
            if (!podman) return;
            table
                .add_option_function<int>(
                    "-t,--time",
                    [flags](int seconds) { flags->time = seconds; },
                    "Seconds to wait for stop before killing the container")
                .type_name("int");
            table.add_flag(
                "--depend", flags->depend, "Remove container and all containers that depend on it");
            add_target_flags(table,
                             flags->targets,
                             Targets::kAll | Targets::kLatest | Targets::kCidfile |
                                 Targets::kIgnore | Targets::kFilter);
          },
      .act =
          [flags](Session& session, const Words& words) {
            return session.is_podman() ? rm_as_podman(session, *flags, words)
                                       : rm_as_docker(session, *flags, words);
          },
  });
}

}  // namespace cli
