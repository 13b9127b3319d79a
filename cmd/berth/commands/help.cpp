// SPDX-License-Identifier: Apache-2.0
// berth help [COMMAND...]
#include "help.hpp"

#include "base/text.hpp"
#include "commands/list.hpp"
#include "globals.hpp"
#include "session.hpp"

namespace cli {

namespace {

int help(const Verbs& verbs, Session& session, const Words& words) {
  const Found found = find_command(verbs, words);
  const bool is_unknown = found.words < words.size();
  if (is_unknown) {
    // Podman tells its help and succeeds.
    if (!session.is_podman()) client_fail("unknown help topic: {}", base::join(words, " "));
    print_error({fmt::format("Unknown help topic [`{}`]", base::join(words, " ")), 0});
  }
  Speech speech = session.speech();
  speech.command = found.command;
  FlagTable table;
  std::string text;
  if (found.verb) {
    speech.usage = found.verb->usage;
    if (found.verb->declare) found.verb->declare(table);
    text = verb_help(speech, *found.verb, table);
  } else {
    Globals globals;
    declare_globals(table, speech.dialect, globals);
    text = group_help(speech, verbs, found.command, table);
  }
  // Podman leaves out what the program is for where it tells what it takes.
  if (is_unknown) text.erase(0, text.find("Usage:"));
  std::fwrite(text.data(), 1, text.size(), is_unknown ? stderr : stdout);
  return 0;
}

}  // namespace

void register_help(Verbs& verbs) {
  verbs.add({
      .names = {"help"},
      .usage = "[COMMAND]",
      .summary = "Help about a command",
      .arity = {0, -1},
      .group = Group::hidden,
      .needs_user_namespace = false,
      .act = [&verbs](Session& session, const Words& words) { return help(verbs, session, words); },
  });
}

}  // namespace cli
