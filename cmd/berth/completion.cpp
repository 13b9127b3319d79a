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

const Flag* find_flag(const std::vector<Flag>& flags, const std::string& word) {
  const auto is_it = [&](const Flag& flag) {
    if (word[1] != '-') return flag.letters.find(word.back()) != std::string::npos;
    return std::find(flag.names.begin(), flag.names.end(), word.substr(2)) != flag.names.end();
  };
  const auto found = std::find_if(flags.begin(), flags.end(), is_it);
  return found == flags.end() ? nullptr : &*found;
}

/// The flag whose value the last word is, when the word before it is one: "--name", "-itp".
const Flag* find_valued(const std::vector<Flag>& flags, const std::string& word) {
  if (word.size() < 2 || word[0] != '-' || word.find('=') != std::string::npos) return nullptr;
  const auto* flag = find_flag(flags, word);
  return flag && flag->takes == Flag::Takes::value ? flag : nullptr;
}

/// What the value of a flag names. `prefix` is what stands before it in its word.
Completion complete_value(const Flag& flag, const std::string& prefix, const std::string& value) {
  const auto is = [&](const char* name) {
    return std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end();
  };
  const auto names = [&](Completes what, const std::string& more = "") {
    return Completion{.candidates = {}, .names = what, .prefix = prefix + more};
  };
  const bool joins = is("network") || is("pid") || is("ipc") || is("uts") || is("userns");
  if (joins && value.starts_with("container:")) return names(Completes::containers, "container:");
  if (is("network")) return names(Completes::networks);
  if (is("volumes-from")) return names(Completes::containers);
  if (is("secret")) return names(Completes::secrets);
  const bool is_path = value.starts_with('/') || value.starts_with('.') || value.starts_with('~');
  if (is("volume") && !is_path) return names(Completes::volumes);
  return {.candidates = {}, .names = Completes::files};
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
  if (words.size() > 1) {
    if (const auto* flag = find_valued(flags, words[words.size() - 2]))
      return complete_value(*flag, "", last);
  }
  const auto before = split_before(flags, words, verb.interspersed);
  if (!before) return {};
  const bool flags_ended = !verb.interspersed && !before->words.empty();
  if (const auto equals = last.find('='); last.starts_with("--") && equals != std::string::npos) {
    const auto* flag = flags_ended ? nullptr : find_valued(flags, last.substr(0, equals));
    if (flag) return complete_value(*flag, last.substr(0, equals + 1), last.substr(equals + 1));
  }
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
  if (!before) return {.candidates = {}, .names = Completes::files};  // the value of a global flag
  const Found found = find_command(verbs, before->words);
  Words rest(before->words.begin() + static_cast<std::ptrdiff_t>(found.words), before->words.end());
  rest.push_back(words.back());
  if (found.verb) return complete_verb(*found.verb, rest);
  if (rest.size() > 1) return {};  // an unknown command
  return complete_group(verbs, found.command, table, words.back());
}

}  // namespace cli
