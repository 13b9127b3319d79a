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
            using container::Status;
            const auto names =
                session.is_podman()
                    ? find_targets(
                          session, flags->targets, words, {Status::created, Status::exited})
                    : words;
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
