// SPDX-License-Identifier: Apache-2.0
// berth exec
#include "container/exec.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/podman_words.hpp"
#include "commands/targets.hpp"
#include "container/listing.hpp"
#include "flags.hpp"
#include "options/preserved.hpp"
#include "options/variables.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  container::ExecOptions exec;
  Variables variables;
  std::string detach_keys;
  Targets targets;
  Preserved preserved;
};

constexpr int kImproper = 255;  ///< podman: the session could not be made

/// The container and the command. Podman's container may be named by --latest or --cidfile.
Words take_target(Session& session, const Flags& flags, Words& words) {
  const auto& targets = flags.targets;
  if (targets.latest || !targets.cidfiles.empty()) return find_targets(session, targets, {});
  if (words.empty())
    client_fail("exec requires the name or ID of a container or the --latest or --cidfile flag");
  const Words target{words.front()};
  words.erase(words.begin());
  return target;
}

void check_podman(Session& session, const std::string& name) {
  auto& engine = session.engine();
  const auto record = engine.containers.get(name);
  if (!container::state_of(engine, record).is_running()) {
    throw ClientError(
        "can only create exec sessions on running containers: container state improper", kImproper);
  }
}

int exec_podman(Session& session, Flags& flags, Words words) {
  flags.exec.preserved = finish(flags.preserved);
  const auto name = take_target(session, flags, words).at(0);
  if (words.empty())
    client_fail("must provide a non-empty command to start an exec session: invalid argument");
  check_podman(session, name);
  auto& o = flags.exec;
  o.env = finish(flags.variables);
  o.command = std::move(words);
  o.keeps_term = o.prints_id = true;
  if (o.tty && o.interactive && !o.detach) check_terminal(session);
  try {
    return container::exec(session.engine(), name, o);
  } catch (const base::Error& e) {
    if (o.detach) throw base::Error(base::Kind::io, e.message());
    const bool no_user = e.message().starts_with("unable to find user");
    if (!no_user) throw;
    throw ClientError(e.message(), kImproper);
  }
}

/// Docker prints what the runtime says on stdout, as if it came from the process.
int tell_on_stdout(const base::Error& e, int code) {
  fmt::print("{}\n", e.message());
  return code;
}

int exec(Session& session, Flags& flags, const Words& words) {
  if (session.is_podman()) return exec_podman(session, flags, words);
  if (flags.exec.tty && flags.exec.interactive && !flags.exec.detach) check_terminal(session);
  flags.exec.env = finish(flags.variables);
  flags.exec.command.assign(words.begin() + 1, words.end());
  try {
    return container::exec(session.engine(), words[0], flags.exec);
  } catch (const base::Error& e) {
    const bool missing = e.kind() == base::Kind::command_missing;
    if (!missing && e.kind() != base::Kind::command_invalid) throw;
    if (flags.exec.detach) throw base::Error(base::Kind::io, e.message());
    return tell_on_stdout(e, missing ? 127 : 126);
  }
}

}  // namespace

void register_exec(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"exec", "container exec"},
      .usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
      .summary = "Execute a command in a running container",
      .arity = {verbs.is_podman() ? 0 : 2, -1},
      .group = Group::common,
      .completes = Completes::running_containers,
      .interspersed = false,
      .errors = ErrorStyle::exec,
      .needs_user_namespace = false,
      .takes_defaults = true,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            auto& o = flags->exec;
            table.add_flag("-d,--detach", o.detach, "Detached mode: run command in the background");
            flags->variables.globs = podman;
            add_variables(table, flags->variables);
            table.add_flag(
                "-i,--interactive", o.interactive, "Keep STDIN open even if not attached");
            table.add_flag("--privileged", o.privileged, "Give extended privileges to the command");
            table.add_flag("-t,--tty", o.tty, "Allocate a pseudo-TTY");
            table.add_option(
                "-u,--user", o.user, "Username or UID (format: \"<name|uid>[:<group|gid>]\")");
            table.add_option(
                "-w,--workdir", o.working_dir, "Working directory inside the container");
            if (!podman) return;
            add_target_flags(table, flags->targets, Targets::kLatest | Targets::kCidfile);
            add_preserved(table, flags->preserved);
          },
      .act = [flags](Session& session, const Words& words) { return exec(session, *flags, words); },
  });
}

}  // namespace cli
