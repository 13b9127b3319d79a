// SPDX-License-Identifier: Apache-2.0
// berth start
#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "commands/targets.hpp"
#include "container/attached.hpp"
#include "container/restart.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool attach = false, interactive = false, sig_proxy = true;
  std::string detach_keys;
  Targets targets;
};

int start_attached(Session& session, const Flags& flags, const std::string& name) {
  container::AttachOptions attach;
  attach.streams.in = flags.interactive;
  attach.forward_signals = flags.sig_proxy;
  if (!flags.detach_keys.empty()) attach.detach_keys = flags.detach_keys;
  return container::start_and_follow(session.engine(), name, attach);
}

/// What podman's start says of its own accord.
void check_podman(const Flags& flags, const Words& words) {
  const auto& t = flags.targets;
  if (words.empty() && !t.latest && !t.all && t.filters.empty())
    client_fail("start requires at least one argument");
  if (flags.attach && words.size() > 1)
    client_fail("you cannot start and attach multiple containers at once");
  if (t.all && !t.latest && !words.empty())
    client_fail("either start all containers or the container(s) provided in the arguments");
  if (flags.attach && t.all) client_fail("you cannot start and attach all containers at once");
}

/// --all and --filter mean those that do not run.
Words podman_targets(Session& session, const Flags& flags, const Words& words) {
  using container::Status;
  check_podman(flags, words);
  return find_targets(
      session, flags.targets, words, {Status::created, Status::initialized, Status::exited});
}

int start_all(Session& session, const Words& names) {
  Words failed;
  const int code = for_each(session, names, [&](const std::string& name) {
    failed.push_back(name);
    container::start_stopped(session.engine(), name);
    failed.pop_back();
    fmt::print("{}\n", name);
  });
  if (code != 0 && !session.is_podman()) {
    throw ClientError(
        "failed to start containers: " + base::join(failed, ", "), code, ClientError::Form::bare);
  }
  return code;
}

}  // namespace

void register_start(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"start", "container start"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Start one or more stopped containers",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::containers,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_flag(
                "-a,--attach", flags->attach, "Attach STDOUT/STDERR and forward signals");
            table.add_flag("-i,--interactive", flags->interactive, "Attach container's STDIN");
            table.add_option("--detach-keys",
                             flags->detach_keys,
                             "Override the key sequence for detaching a container");
            table.add_flag("--sig-proxy", flags->sig_proxy, "Proxy received signals to the process")
                .default_val(true);
            // Podman's start has no --cidfile, and its --all leaves running ones alone.
            if (podman) {
              add_target_flags(
                  table, flags->targets, Targets::kAll | Targets::kLatest | Targets::kFilter);
            }
          },
      .act =
          [flags](Session& session, const Words& words) {
            const auto names = session.is_podman() ? podman_targets(session, *flags, words) : words;
            if (!flags->attach && !flags->interactive) return start_all(session, names);
            if (names.size() > 1) {
              throw ClientError("you cannot start and attach multiple containers at once",
                                1,
                                ClientError::Form::bare);
            }
            return start_attached(session, *flags, names[0]);
          },
  });
}

}  // namespace cli
