// SPDX-License-Identifier: Apache-2.0
#include "help.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cli {

namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kNarrowestNames = 9;  ///< of commands, as in docker's help
constexpr std::size_t kPodmanNames = 11;    ///< the same of podman's, one blank behind

/// Lines of two columns, the second aligned.
std::string columns(const Rows& rows,
                    const std::string& indent,
                    std::size_t width = 0,
                    std::size_t gap = 3) {
  for (const auto& [left, right] : rows) width = std::max(width, left.size());
  std::string text;
  for (const auto& [left, right] : rows) {
    if (right.empty())
      text += indent + left + "\n";
    else
      text += fmt::format("{}{:<{}}{}\n", indent, left, width + gap, right);
  }
  return text;
}

std::string flags_block(const FlagTable& table) {
  Rows rows;
  for (const auto& flag : table.texts()) {
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

/// For who calls berth by its own name; docker's help has none.
constexpr const char* kExamples = R"(
Examples:
  berth run --rm -it debian:12 bash           A shell in a new container, removed when it ends
  berth run -d --name web -p 8080:80 nginx    A server in the background, reached on port 8080
  berth exec -it web sh                       A shell beside it
  berth logs -f web                           What it prints, as it comes
  berth cp web:/etc/nginx/nginx.conf .        A file out of it
  berth ps -a                                 All containers, those that have ended, too
  berth system df                             What takes how much space
)";

/// `description` may be empty: the program itself has none.
std::string podman_head(const std::string& summary,
                        const std::string& description,
                        const std::string& usage) {
  const std::string middle = description.empty() ? "" : "Description:\n  " + description + "\n\n";
  return summary + "\n\n" + middle + "Usage:\n  " + usage + "\n";
}

/// Podman says more of some verbs than in one line of a list.
std::string description_of(const Verb& verb, const std::string& summary) {
  constexpr std::pair<std::string_view, std::string_view> kLonger[] = {
      {"ps", "Prints out information about the containers"},
      {"images", "Lists images previously pulled to the system or created on the system."},
      {"run", "Runs a command in a new container from the given image"},
      {"start", "Starts one or more containers.  The container name or ID can be used."},
      {"rmi", "Removes one or more previously pulled or locally created images."},
  };
  for (const auto& [name, description] : kLonger)
    if (verb.names.front() == name) return std::string(description);
  return summary;
}

}  // namespace

std::string verb_help(const Speech& speech, const Verb& verb, const FlagTable& table) {
  const std::string& summary = summary_of(speech.dialect, verb, speech.command);
  std::string text;
  if (speech.is_podman()) {
    const std::string usage = speech.usage_lines().substr(std::string("Usage:  ").size());
    text = podman_head(summary, description_of(verb, summary), usage);
  } else {
    text = speech.usage_lines() + "\n\n" + summary + "\n";
    if (verb.names.size() > 1) text += "\nAliases:\n  " + aliases_line(speech, verb) + "\n";
  }
  const std::string flags = flags_block(table);
  if (!flags.empty()) text += "\nOptions:\n" + flags;
  return text;
}

std::string group_help(const Speech& speech,
                       const Verbs& verbs,
                       const std::string& group,
                       const FlagTable& table) {
  const auto entries = entries_of(verbs, group);
  const std::string summary =
      group.empty() ? program_summary(speech) : group_summary(group, speech.dialect);
  if (speech.is_podman()) {
    Rows rows;
    for (const auto& entry : entries) rows.emplace_back(entry.name, entry.summary);
    std::string text =
        podman_head(summary,
                    group.empty() ? "" : group_description(group, speech.dialect),
                    speech.path() + (group.empty() ? " [options] [command]" : " [command]"));
    text += "\nAvailable Commands:\n" + columns(rows, "  ", kPodmanNames, 1) + "\n";
    return group.empty() ? text + "Options:\n" + flags_block(table) : text;
  }
  std::string text = fmt::format(
      "Usage:  {} {}COMMAND\n\n{}\n", speech.path(), group.empty() ? "[OPTIONS] " : "", summary);
  if (group.empty()) {
    text += commands_block(entries, "Common Commands", Group::common);
    text += commands_block(entries, "Management Commands", Group::management);
    text += commands_block(entries, "Commands", Group::other);
    text += "\nGlobal Options:\n" + flags_block(table);
    if (speech.program == "berth") text += kExamples;
  } else {
    Rows rows;
    for (const auto& entry : entries) rows.emplace_back(entry.name, entry.summary);
    text += "\nCommands:\n" + columns(rows, "  ", kNarrowestNames);
  }
  return text + fmt::format("\nRun '{} COMMAND --help' for more information on a command.\n",
                            speech.path());
}

}  // namespace cli
