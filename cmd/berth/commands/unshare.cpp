// SPDX-License-Identifier: Apache-2.0
// podman unshare
#include <cstdlib>
#include <unistd.h>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/user_namespace.hpp"
#include "commands/list.hpp"
#include "session.hpp"

namespace cli {

namespace {

int unshare(Session& session, const Words& words) {
  if (!base::is_rootless()) client_fail("please use unshare with rootless");
  Words command = words;
  if (command.empty()) {
    const char* shell = std::getenv("SHELL");
    command = {shell && *shell ? shell : "/bin/sh"};
  }
  std::vector<std::string> env;
  for (char** variable = environ; *variable; ++variable) env.emplace_back(*variable);
  env.push_back("CONTAINERS_GRAPHROOT=" + session.store().paths().graphroot());
  env.push_back("CONTAINERS_RUNROOT=" + session.store().paths().runroot());
  try {
    return base::spawn({.argv = command, .env = env, .in = STDIN_FILENO}).wait().shell_code();
  } catch (const base::Error& e) {
    if (e.kind() != base::Kind::not_found) throw;
    throw ClientError(e.message(), 127);
  }
}

}  // namespace

void register_unshare(Verbs& verbs) {
  if (!verbs.is_podman()) return;
  const auto network = std::make_shared<bool>(false);
  verbs.add({
      .names = {"unshare"},
      .usage = "[options] [COMMAND [ARG...]]",
      .summary = "Run a command in a modified user namespace",
      .arity = {0, -1},
      .interspersed = false,
      .declare =
          [network](FlagTable& table) {
            table.add_flag("--rootless-netns",
                           *network,
                           "Join the rootless network namespace used for bridge networking");
          },
      .act =
          [network](Session& session, const Words& words) {
            if (*network)
              base::fail(base::Kind::unsupported, "--rootless-netns is not supported yet");
            return unshare(session, words);
          },
  });
}

}  // namespace cli
