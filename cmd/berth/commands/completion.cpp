// SPDX-License-Identifier: Apache-2.0
// berth completion SHELL, and the hidden __complete that its scripts call
#include "completion.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/id.hpp"
#include "base/sys.hpp"
#include "commands/list.hpp"
#include "container/run_state.hpp"
#include "image/reference.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

std::set<std::string> container_names(Session& session, bool running_only) {
  auto& engine = session.engine();
  std::set<std::string> names;
  for (const auto& record : engine.containers.list()) {
    if (running_only && !container::read_running(engine.run_directory(record.id))) continue;
    names.insert(record.name);
  }
  return names;
}

/// Podman's names are whole; their ends alone are offered to who has begun one.
std::set<std::string> image_names(Session& session, const std::string& begun) {
  std::set<std::string> names;
  for (const auto& [id, full_names] : session.engine().images.all_names()) {
    for (const auto& name : full_names) {
      names.insert(session.is_podman() ? name : image::parse_reference(name).familiar());
      if (session.is_podman() && !begun.empty()) names.insert(name.substr(name.rfind('/') + 1));
    }
  }
  return names;
}

/// What follows the last dot of one that was begun: "net.ipv4." and then "net.ipv4.ip_forward=".
std::set<std::string> sysctl_names(const std::string& begun) {
  const std::string base = begun.substr(0, begun.rfind('.') + 1);
  std::string directory = "/proc/sys/" + base;
  std::replace(directory.begin() + 10, directory.end(), '.', '/');
  std::set<std::string> names;
  if (directory.find("//") != std::string::npos) return names;
  for (const auto& name : base::list_directory(directory)) {
    if (name.find('.') == std::string::npos)
      names.insert(base + name + (base::is_directory(directory + name) ? "." : "="));
  }
  return names;
}

std::set<std::string> names_of(Session& session, Completes what, const std::string& begun) {
  std::set<std::string> names;
  switch (what) {
    case Completes::containers:
      return container_names(session, /*running_only=*/false);
    case Completes::running_containers:
      return container_names(session, /*running_only=*/true);
    case Completes::images:
      return image_names(session, begun);
    case Completes::volumes:
      for (const auto& volume : session.engine().volumes.list()) names.insert(volume.name);
      return names;
    case Completes::secrets:
      for (const auto& secret : session.engine().secrets.list()) names.insert(secret.name);
      return names;
    case Completes::networks:
      return {"bridge", "host", "none"};
    case Completes::sysctls:
      return sysctl_names(begun);
    case Completes::container_paths:
      for (const auto& name : container_names(session, /*running_only=*/false))
        names.insert(name + ":");
      return names;
    case Completes::files:
    case Completes::nothing:
      break;
  }
  return names;
}

/// Ids are many and say little: they are offered to who has begun one.
std::set<std::string> ids_of(Session& session, Completes what, const std::string& begun) {
  std::set<std::string> ids;
  const auto add = [&](const std::string& id) {
    if (base::short_id(id).starts_with(begun)) ids.insert(base::short_id(id));
  };
  auto& engine = session.engine();
  if (what == Completes::containers || what == Completes::running_containers) {
    for (const auto& record : engine.containers.list()) add(record.id);
  } else if (what == Completes::images) {
    for (const auto& [id, names] : engine.images.all_names()) add(id);
  } else if (what == Completes::secrets) {
    for (const auto& secret : engine.secrets.list()) add(secret.id);
  }
  return ids;
}

/// What the shell is to do with the answer, in cobra's words.
struct Directive {
  int number;
  const char* name;
};

Directive directive_of(Completes what) {
  if (what == Completes::files) return {0, "Default"};
  if (what == Completes::container_paths) return {2, "NoSpace"};
  return {4, "NoFileComp"};
}

int complete_words(const Verbs& verbs, Session& session, const Words& words, bool described) {
  const auto completion = complete(verbs, words);
  const std::string last = words.empty() ? "" : words.back();
  const auto offer = [&](const std::string& word, const std::string& description = {}) {
    if (!word.starts_with(last)) return;
    render::print_line(described && !description.empty() ? word + "\t" + description : word);
  };
  for (const auto& candidate : completion.candidates) offer(candidate.word, candidate.description);
  const auto begun =
      last.starts_with(completion.prefix) ? last.substr(completion.prefix.size()) : std::string();
  auto names = names_of(session, completion.names, begun);
  if (!begun.empty()) names.merge(ids_of(session, completion.names, begun));
  for (const auto& name : names) offer(completion.prefix + name);
  const auto directive = directive_of(completion.names);
  render::print_line(fmt::format(":{}", directive.number));
  std::fflush(stdout);  // who shows both sees the answer first
  fmt::print(stderr, "Completion ended with directive: ShellCompDirective{}\n", directive.name);
  return 0;
}

void add_complete(Verbs& verbs, const char* name, bool described) {
  verbs.add({
      .names = {name},
      .usage = "WORD...",
      .summary = "Print what may stand in the place of the last word",
      .group = Group::hidden,
      .parses_flags = false,
      .needs_user_namespace = false,
      .act = [&verbs, described](
                 Session& session,
                 const Words& words) { return complete_words(verbs, session, words, described); },
  });
}

}  // namespace

void register_complete(Verbs& verbs) {
  add_complete(verbs, "__complete", /*described=*/true);
  add_complete(verbs, "__completeNoDesc", /*described=*/false);
}

void register_completion(Verbs& verbs) {
  verbs.add({
      .names = {"completion"},
      .usage = "SHELL",
      .summary = "Generate the autocompletion script for the specified shell",
      .arity = {1, 1},
      .needs_user_namespace = false,
      .details = "SHELL is bash, zsh or fish. Put the script where your shell looks for it, or try "
                 "it at once:\n\n"
                 "    source <(berth completion bash)\n"
                 "    berth completion zsh > \"${fpath[1]}/_berth\"\n"
                 "    berth completion fish > ~/.config/fish/completions/berth.fish\n",
      .act =
          [](Session& session, const Words& words) {
            render::print(completion_script(words[0], session.program()));
            return 0;
          },
  });
}

}  // namespace cli
