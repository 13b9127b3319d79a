// SPDX-License-Identifier: Apache-2.0
// berth exec
#include "container/exec.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/podman_words.hpp"
#include "flags.hpp"
#include "options/variables.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  container::ExecOptions exec;
  Variables variables;
  std::string detach_keys;
};

/// Docker prints what the runtime says on stdout, as if it came from the process.
int tell_on_stdout(const base::Error& e, int code) {
  fmt::print("{}\n", e.message());
  return code;
}

int exec(Session& session, Flags& flags, const Words& words) {
  if (flags.exec.tty && flags.exec.interactive && !flags.exec.detach) check_terminal(session);
  flags.exec.env = finish(flags.variables);
  flags.exec.command.assign(words.begin() + 1, words.end());
  try {
    return container::exec(session.engine(), words[0], flags.exec);
  } catch (const base::Error& e) {
    const bool missing = e.kind() == base::Kind::command_missing;
    if (!missing && e.kind() != base::Kind::command_invalid) throw;
    if (session.is_podman()) throw;
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
      .arity = {2, -1},
      .group = Group::common,
      .completes = Completes::running_containers,
      .interspersed = false,
      .errors = ErrorStyle::exec,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            auto& o = flags->exec;
            table.add_flag("-d,--detach", o.detach, "Detached mode: run command in the background");
            add_variables(table, flags->variables);
            table.add_flag(
                "-i,--interactive", o.interactive, "Keep STDIN open even if not attached");
            table.add_flag("--privileged", o.privileged, "Give extended privileges to the command");
            table.add_flag("-t,--tty", o.tty, "Allocate a pseudo-TTY");
            table.add_option(
                "-u,--user", o.user, "Username or UID (format: \"<name|uid>[:<group|gid>]\")");
            table.add_option(
                "-w,--workdir", o.working_dir, "Working directory inside the container");
          },
      .act = [flags](Session& session, const Words& words) { return exec(session, *flags, words); },
  });
}

}  // namespace cli
