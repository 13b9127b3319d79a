// SPDX-License-Identifier: Apache-2.0
// Finding a verb or a group of verbs by the words of a command line.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli.hpp"

namespace cli {

/// What the first words name.
struct Found {
  const Verb* verb = nullptr;  ///< null: the words name a group, or nothing
  std::string command;         ///< "run", "container ls"; of a group its name; empty: neither
  std::size_t words = 0;       ///< how many words that took
};

/// The verb or group that the first words name. An alias ("container list") is told as the verb's
/// name in the same group ("container ls").
Found find_command(const Verbs& verbs, const Words& words);

/// True when verbs are named "GROUP …".
bool is_group(const Verbs& verbs, const std::string& name);

/// "Manage containers".
std::string group_summary(const std::string& group, Dialect dialect);

/// Podman's longer words for the same.
std::string group_description(const std::string& group, Dialect dialect);

/// What a verb is for, as told under that name of it.
const std::string& summary_of(Dialect dialect, const Verb& verb, const std::string& name);

/// A line of a group's help: the verb's last word and its summary. An empty group stands for the
/// verbs of one word.
struct Entry {
  std::string name;
  std::string summary;
  Group place = Group::other;
  const Verb* verb = nullptr;  ///< null: a group
};

/// Verbs and groups right below a group, sorted by name, each verb once, without hidden ones.
std::vector<Entry> entries_of(const Verbs& verbs, const std::string& group);

/// Names of a group that are written almost like `word`, best first.
std::vector<std::string> similar_names(const Verbs& verbs,
                                       const std::string& group,
                                       const std::string& word);

}  // namespace cli
