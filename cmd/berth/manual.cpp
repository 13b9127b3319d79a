// SPDX-License-Identifier: Apache-2.0
#include "manual.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "catalogue.hpp"
#include "globals.hpp"
#include "help.hpp"
#include "version.hpp"

namespace cli {

namespace {

/// Text that troff must take as it is.
std::string plain(const std::string& text) {
  std::string safe;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) safe += "\\&";
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else
      safe += c;
    line_begins = c == '\n';
  }
  return safe;
}

std::string page_name(const std::string& command) {
  std::string name = "berth-" + command;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string head(const std::string& name, const std::string& summary) {
  return fmt::format(".TH {} 1 \"\" \"berth {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
                     base::upper(name),
                     version_number(),
                     plain(name),
                     plain(summary));
}

std::string options_section(const FlagTable& table) {
  std::string text;
  for (const auto& flag : table.texts()) {
    text += ".TP\n";
    if (!flag.letter.empty()) text += fmt::format("\\fB\\-{}\\fR, ", flag.letter);
    text += fmt::format("\\fB\\-\\-{}\\fR", plain(flag.name));
    if (!flag.type.empty()) text += fmt::format(" \\fI{}\\fR", plain(flag.type));
    text += "\n" + plain(flag.description) + "\n";
  }
  return text.empty() ? "" : ".SH OPTIONS\n" + text;
}

/// Paragraphs; indented ones are examples.
std::string details_section(const std::string& details) {
  std::string text;
  bool example = false;
  for (const auto& line : base::split(details, '\n')) {
    const bool indented = line.starts_with("    ");
    if (indented != example && !line.empty())
      text += indented ? ".PP\n.nf\n.RS\n" : ".RE\n.fi\n.PP\n";
    if (!line.empty()) example = indented;
    text += line.empty() ? (example ? "" : ".PP\n") : plain(std::string(base::trim(line))) + "\n";
  }
  return example ? text + ".RE\n.fi\n" : text;
}

std::string verb_page(const Verb& verb) {
  FlagTable table;
  if (verb.declare) verb.declare(table);
  std::string text = head(page_name(verb.names[0]), verb.summary) + ".SH SYNOPSIS\n";
  for (const auto& form : base::split(verb.usage, '\n')) {
    text += fmt::format("\\fBberth {}\\fR {}\n.br\n", plain(verb.names[0]), plain(form));
  }
  text += ".SH DESCRIPTION\n" + plain(verb.summary) + ".\n";
  if (!verb.details.empty()) text += ".PP\n" + details_section(verb.details);
  if (verb.names.size() > 1) {
    text += ".SH ALIASES\n";
    for (const auto& name : verb.names) text += fmt::format("berth {}\n.br\n", plain(name));
  }
  return text + options_section(table) + ".SH SEE ALSO\n\\fBberth\\fR(1)\n";
}

std::string commands_section(const Verbs& verbs) {
  std::string text = ".SH COMMANDS\n";
  std::map<std::string, std::string> summaries;
  for (const auto& verb : verbs.all()) {
    if (verb.group != Group::hidden) summaries[verb.names[0]] = verb.summary;
  }
  for (const auto& [name, summary] : summaries) {
    text += fmt::format(".TP\n\\fB{}\\fR(1)\n{}\n", plain(page_name(name)), plain(summary));
  }
  return text;
}

std::string files_section() {
  return ".SH FILES\n.TP\n/usr/share/containers/containers.conf, /etc/containers/containers.conf, "
         "~/.config/containers/containers.conf\nDefaults of new containers; later files go before "
         "earlier ones. Not read when berth is called by the name docker.\n"
         ".SH ENVIRONMENT\n.TP\nCONTAINERS_CONF\nStands in the place of these files, under each "
         "name.\n.TP\nCONTAINERS_CONF_OVERRIDE\nOne more file, which goes before all others.\n";
}

std::string main_page(const Verbs& verbs) {
  Globals globals;
  FlagTable table;
  declare_globals(table, Dialect::docker, globals);
  return head("berth", "run containers without a daemon") +
         ".SH SYNOPSIS\n\\fBberth\\fR [OPTIONS] COMMAND [ARG...]\n"
         ".SH DESCRIPTION\nberth runs containers as docker does, without a daemon: each command is "
         "a short\\-lived "
         "process. Called by the name docker it answers in docker's words, called podman in "
         "podman's.\n" +
         options_section(table) + commands_section(verbs) + files_section() +
         ".SH EXIT STATUS\n.TP\n125\nberth itself failed, or was called wrongly.\n.TP\n126\nThe "
         "container's command "
         "cannot be invoked.\n.TP\n127\nThe container's command was not found.\n.PP\nOtherwise "
         "\\fBrun\\fR and "
         "\\fBexec\\fR exit as the command did; other commands with 0, or with 1 after an error.\n";
}

}  // namespace

std::map<std::string, std::string> manual_pages(const Verbs& verbs) {
  std::map<std::string, std::string> pages;
  pages["berth.1"] = main_page(verbs);
  for (const auto& verb : verbs.all()) {
    if (verb.group == Group::hidden) continue;
    const std::string page = page_name(verb.names[0]) + ".1";
    pages[page] = verb_page(verb);
    for (std::size_t i = 1; i < verb.names.size(); ++i) {
      pages[page_name(verb.names[i]) + ".1"] = ".so man1/" + page + "\n";
    }
  }
  return pages;
}

}  // namespace cli
