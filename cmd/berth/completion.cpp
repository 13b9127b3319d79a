// SPDX-License-Identifier: Apache-2.0
#include "completion.hpp"

#include <algorithm>

#include "catalogue.hpp"
#include "globals.hpp"
#include "help.hpp"

namespace cli {

namespace {

/// "--name" and what it is for; letters alone are not offered.
std::vector<Candidate> flag_candidates(const FlagTable& table) {
  std::vector<Candidate> candidates;
  for (const auto& flag : table.texts()) candidates.push_back({"--" + flag.name, flag.description});
  candidates.push_back({"--help", "Print usage"});
  return candidates;
}

/// True when the last word is the value of the flag before it: "--name", "-itp".
bool wants_value(const std::vector<Flag>& flags, const std::string& word) {
  if (word.size() < 2 || word[0] != '-' || word.find('=') != std::string::npos) return false;
  const auto takes_value = [](const Flag& flag) { return flag.takes == Flag::Takes::value; };
  if (word[1] == '-') {
    return std::any_of(flags.begin(), flags.end(), [&](const Flag& flag) {
      return takes_value(flag) &&
             std::find(flag.names.begin(), flag.names.end(), word.substr(2)) != flag.names.end();
    });
  }
  return std::any_of(flags.begin(), flags.end(), [&](const Flag& flag) {
    return takes_value(flag) && flag.letters.find(word.back()) != std::string::npos;
  });
}

/// The words before the last, split; nothing when they are no command line.
std::optional<Argv> split_before(const std::vector<Flag>& flags,
                                 const Words& words,
                                 bool interspersed) {
  try {
    return split_argv(flags, Words(words.begin(), words.end() - 1), interspersed);
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

Completion complete_verb(const Verb& verb, const Words& words) {
  FlagTable table;
  if (verb.declare) verb.declare(table);
  const auto flags = table.flags();
  const std::string& last = words.back();
  if (words.size() > 1 && wants_value(flags, words[words.size() - 2]))
    return {.names = Completes::files};
  const auto before = split_before(flags, words, verb.interspersed);
  if (!before) return {};
  const bool flags_ended = !verb.interspersed && !before->words.empty();
  if (last.starts_with('-') && !flags_ended) return {.candidates = flag_candidates(table)};
  // What follows the first word of run and exec belongs to the container.
  if (flags_ended) return {};
  if (verb.arity.most >= 0 && static_cast<int>(before->words.size()) >= verb.arity.most) return {};
  return {.names = verb.completes};
}

Completion complete_group(const Verbs& verbs,
                          const std::string& group,
                          const FlagTable& globals,
                          const std::string& last) {
  if (last.starts_with('-')) return {.candidates = flag_candidates(globals)};
  Completion completion;
  for (const auto& entry : entries_of(verbs, group))
    completion.candidates.push_back({entry.name, entry.summary});
  return completion;
}

}  // namespace

Completion complete(const Verbs& verbs, const Words& words) {
  if (words.empty()) return {};
  Globals globals;
  FlagTable table;
  declare_globals(table, verbs.dialect(), globals);
  const auto flags = table.flags();
  const auto before = split_before(flags, words, /*interspersed=*/false);
  if (!before) return {.names = Completes::files};  // the value of a global flag
  const Found found = find_command(verbs, before->words);
  Words rest(before->words.begin() + static_cast<std::ptrdiff_t>(found.words), before->words.end());
  rest.push_back(words.back());
  if (found.verb) return complete_verb(*found.verb, rest);
  if (rest.size() > 1) return {};  // an unknown command
  return complete_group(verbs, found.command, table, words.back());
}

}  // namespace cli
