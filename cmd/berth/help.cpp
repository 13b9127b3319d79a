// SPDX-License-Identifier: Apache-2.0
#include "help.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli11.hpp"

namespace cli {

namespace {

/// The type's word as pflag has it, from CLI11's.
std::string type_word(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return "";
  const std::string type = option.get_type_name();
  if (option.get_expected_max() > 1) return "list";
  if (type == "TEXT" || type.empty()) return "string";
  return base::lower(type);
}

using Rows = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kNarrowestNames = 9;  ///< of commands, as in docker's help

/// Lines of two columns, the second aligned.
std::string columns(const Rows& rows, const std::string& indent, std::size_t width = 0) {
  for (const auto& [left, right] : rows) width = std::max(width, left.size());
  std::string text;
  for (const auto& [left, right] : rows) {
    if (right.empty())
      text += indent + left + "\n";
    else
      text += fmt::format("{}{:<{}}{}\n", indent, left, width + 3, right);
  }
  return text;
}

std::string flags_block(const CLI::App& app) {
  Rows rows;
  for (const auto& flag : flag_texts(app)) {
    std::string left = flag.letter.empty() ? "    " : "-" + flag.letter + ", ";
    left += "--" + flag.name;
    if (!flag.type.empty()) left += " " + flag.type;
    rows.emplace_back(left, flag.description);
  }
  return columns(rows, "  ");
}

std::string aliases_line(const Speech& speech, const Verb& verb) {
  // Docker names those in groups first.
  Words names;
  for (const bool in_group : {true, false}) {
    for (const auto& name : verb.names) {
      if ((name.find(' ') != std::string::npos) == in_group)
        names.push_back(speech.program + " " + name);
    }
  }
  return base::join(names, ", ");
}

std::string commands_block(const std::vector<Entry>& entries, const char* title, Group place) {
  Rows rows;
  for (const auto& entry : entries) {
    if (entry.place == place) rows.emplace_back(entry.name, entry.summary);
  }
  return rows.empty() ? "" : fmt::format("\n{}:\n{}", title, columns(rows, "  ", kNarrowestNames));
}

std::string program_summary(const Speech& speech) {
  return speech.is_podman() ? "Manage pods, containers and images"
                            : "A self-sufficient runtime for containers";
}

std::string podman_head(const std::string& summary, const std::string& usage) {
  return fmt::format("{0}\n\nDescription:\n  {0}\n\nUsage:\n  {1}\n", summary, usage);
}

}  // namespace

std::vector<FlagText> flag_texts(const CLI::App& app) {
  std::vector<FlagText> flags;
  for (const auto* option : app.get_options()) {
    if (option->get_group().empty() || option->get_lnames().empty()) continue;
    FlagText flag{"", option->get_lnames()[0], type_word(*option), option->get_description()};
    if (!option->get_snames().empty()) flag.letter = option->get_snames()[0];
    const std::string preset = option->get_default_str();
    // A bool's default is worth a word only when it is true, an optional value's is the bare flag's.
    const bool is_bool = option->get_expected_max() == 0;
    if (is_bool ? preset == "true" : !preset.empty() && option->get_expected_min() > 0) {
      const bool quoted = flag.type == "string";
      flag.description +=
          quoted ? fmt::format(" (default \"{}\")", preset) : fmt::format(" (default {})", preset);
    }
    flags.push_back(std::move(flag));
  }
  std::sort(
      flags.begin(), flags.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return flags;
}

std::string verb_help(const Speech& speech, const Verb& verb, const CLI::App& app) {
  std::string text;
  if (speech.is_podman()) {
    const std::string usage = speech.usage_lines().substr(std::string("Usage:  ").size());
    text = podman_head(verb.summary, usage);
  } else {
    text = speech.usage_lines() + "\n\n" + verb.summary + "\n";
    if (verb.names.size() > 1) text += "\nAliases:\n  " + aliases_line(speech, verb) + "\n";
  }
  const std::string flags = flags_block(app);
  if (!flags.empty()) text += "\nOptions:\n" + flags;
  return text;
}

std::string group_help(const Speech& speech,
                       const Verbs& verbs,
                       const std::string& group,
                       const CLI::App& app) {
  const auto entries = entries_of(verbs, group);
  const std::string summary = group.empty() ? program_summary(speech) : group_summary(group);
  if (speech.is_podman()) {
    Rows rows;
    for (const auto& entry : entries) rows.emplace_back(entry.name, entry.summary);
    std::string text = podman_head(
        summary, speech.path() + (group.empty() ? " [options] [command]" : " [command]"));
    text += "\nAvailable Commands:\n" + columns(rows, "  ", kNarrowestNames);
    return group.empty() ? text + "\nOptions:\n" + flags_block(app) : text;
  }
  std::string text = fmt::format(
      "Usage:  {} {}COMMAND\n\n{}\n", speech.path(), group.empty() ? "[OPTIONS] " : "", summary);
  if (group.empty()) {
    text += commands_block(entries, "Common Commands", Group::common);
    text += commands_block(entries, "Management Commands", Group::management);
    text += commands_block(entries, "Commands", Group::other);
    text += "\nGlobal Options:\n" + flags_block(app);
  } else {
    Rows rows;
    for (const auto& entry : entries) rows.emplace_back(entry.name, entry.summary);
    text += "\nCommands:\n" + columns(rows, "  ", kNarrowestNames);
  }
  return text + fmt::format("\nRun '{} COMMAND --help' for more information on a command.\n",
                            speech.path());
}

}  // namespace cli
