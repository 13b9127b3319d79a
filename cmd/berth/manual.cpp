// SPDX-License-Identifier: Apache-2.0
#include "manual.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "catalogue.hpp"
#include "globals.hpp"
#include "help.hpp"
#include "man/berth.1.in.hpp"
#include "version.hpp"

namespace cli {

namespace {

/// Text that troff must take as it is; its typographic hyphens and apostrophes would spoil what is copied from a page.
std::string plain(std::string text) {
  for (const auto& [mark, name] : {std::pair{"\\", "\\e"},
                                   {"-", "\\-"},
                                   {"'", "\\(aq"},
                                   {"`", "\\(ga"},
                                   {"~", "\\(ti"},
                                   {"^", "\\(ha"},
                                   {"\n.", "\n\\&."}}) {
    text = base::replaced(std::move(text), mark, name);
  }
  return text.starts_with('.') ? "\\&" + text : text;
}

std::string page_name(const std::string& command) {
  std::string name = "berth-" + command;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

/// Of the commit, as builds repeat; empty outside a checkout.
std::string date() {
  return build_time().substr(0, std::string_view("2006-01-02").size());
}

std::string head(const std::string& name, const std::string& summary) {
  return fmt::format(".TH {} 1 \"{}\" \"berth {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
                     base::upper(name),
                     date(),
                     version_number(),
                     plain(name),
                     plain(summary));
}

std::string options_list(const FlagTable& table) {
  std::string text;
  for (const auto& flag : table.texts()) {
    text += ".TP\n";
    if (!flag.letter.empty()) text += fmt::format("\\fB\\-{}\\fR, ", flag.letter);
    text += fmt::format("\\fB\\-\\-{}\\fR", plain(flag.name));
    if (!flag.type.empty()) text += fmt::format(" \\fI{}\\fR", plain(flag.type));
    text += "\n" + plain(flag.description) + "\n";
  }
  return text;
}

/// Paragraphs; indented ones are examples.
std::string details_section(const std::string& details) {
  std::string text;
  bool example = false, begins = true;
  for (const auto& line : base::split(details, '\n')) {
    if (line.empty()) {
      begins = true;
      continue;
    }
    const bool indented = line.starts_with("    ");
    if (indented != example)
      text += indented ? ".PP\n.RS\n.nf\n" : ".fi\n.RE\n.PP\n";
    else if (begins && !example)
      text += ".PP\n";
    example = indented;
    begins = false;
    text += plain(std::string(base::trim(line))) + "\n";
  }
  return example ? text + ".fi\n.RE\n" : text;
}

std::string verb_page(const Verb& verb) {
  FlagTable table;
  if (verb.declare) verb.declare(table);
  std::vector<std::string> forms, aliases;
  for (const auto& form : base::split(verb.usage, '\n'))
    forms.push_back(fmt::format("\\fBberth {}\\fR {}\n", plain(verb.names[0]), plain(form)));
  for (const auto& name : verb.names) aliases.push_back(fmt::format("berth {}\n", plain(name)));
  const std::string options = options_list(table);
  std::string text = head(page_name(verb.names[0]), verb.summary) + ".SH SYNOPSIS\n" +
                     base::join(forms, ".br\n") + ".SH DESCRIPTION\n" + plain(verb.summary) +
                     ".\n" + details_section(verb.details);
  if (aliases.size() > 1) text += ".SH ALIASES\n" + base::join(aliases, ".br\n");
  if (!options.empty()) text += ".SH OPTIONS\n" + options;
  return text + ".SH SEE ALSO\n\\fBberth\\fR(1)\n";
}

std::string commands_list(const Verbs& verbs) {
  std::string text;
  std::map<std::string, std::string> summaries;
  for (const auto& verb : verbs.all()) {
    if (verb.group != Group::hidden) summaries[verb.names[0]] = verb.summary;
  }
  for (const auto& [name, summary] : summaries) {
    text += fmt::format(".TP\n\\fB{}\\fR(1)\n{}\n", plain(page_name(name)), plain(summary));
  }
  return text;
}

std::string main_page(const Verbs& verbs) {
  Globals globals;
  FlagTable table;
  declare_globals(table, Dialect::docker, globals);
  std::string page = man::kBerth;
  for (const auto& [place, text] : {std::pair<const char*, std::string>{"@DATE@", date()},
                                    {"@VERSION@", version_number()},
                                    {"@OPTIONS@\n", options_list(table)},
                                    {"@COMMANDS@\n", commands_list(verbs)}}) {
    page = base::replaced(std::move(page), place, text);
  }
  return page;
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
