// SPDX-License-Identifier: Apache-2.0
// berth kill
#include "base/signal_names.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "commands/podman_words.hpp"
#include "commands/targets.hpp"
#include "container/stop.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  Targets targets;
  std::string signal = "KILL";
};

/// Podman refuses a signal before it looks for containers; a leading dash is no part of its name.
std::string podman_signal(const std::string& given) {
  const std::string text = given.starts_with('-') ? given.substr(1) : given;
  constexpr int kLast = 64;
  const auto number = base::parse_number<int>(text);
  if (number && (*number < 0 || *number > kLast)) client_fail("valid signals are 1 through 64");
  if (!base::parse_signal(text)) client_fail("invalid signal: {}", text);
  return text;
}

void kill_as_podman(Session& session, const std::string& name, const std::string& signal) {
  auto& engine = session.engine();
  const auto record = engine.containers.get(name);
  const auto state = container::state_of(engine, record);
  if (!state.is_running()) {
    client_fail("can only kill running containers. {} is in state {}: container state improper",
                record.id,
                container::podman_status(state));
  }
  container::kill(engine, record.id, signal);
}

int kill(Session& session, const Flags& flags, const Words& words) {
  if (!session.is_podman()) {
    const std::string signal = flags.signal.empty() ? "KILL" : flags.signal;
    return for_each(session, words, [&](const std::string& name) {
      container::kill(session.engine(), name, signal);
      fmt::print("{}\n", name);
    });
  }
  const std::string signal = podman_signal(flags.signal);
  using container::Status;
  const auto names = find_targets(session, flags.targets, words, {Status::running, Status::paused});
  return for_each(session, names, [&](const std::string& name) {
    kill_as_podman(session, name, signal);
    fmt::print("{}\n", name);
  });
}

}  // namespace

void register_kill(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"kill", "container kill"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Kill one or more running containers",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::running_containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_option("-s,--signal", flags->signal, "Signal to send to the container");
            if (podman)
              add_target_flags(
                  table, flags->targets, Targets::kAll | Targets::kLatest | Targets::kCidfile);
          },
      .act = [flags](Session& session, const Words& words) { return kill(session, *flags, words); },
  });
}

}  // namespace cli
