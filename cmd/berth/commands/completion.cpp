// SPDX-License-Identifier: Apache-2.0
// berth completion SHELL, and the hidden __complete that its scripts call
#include "completion.hpp"

#include <set>

#include "base/id.hpp"
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

std::set<std::string> image_names(Session& session) {
  std::set<std::string> names;
  for (const auto& [id, full_names] : session.engine().images.all_names()) {
    for (const auto& name : full_names) names.insert(image::parse_reference(name).familiar());
  }
  return names;
}

std::set<std::string> names_of(Session& session, Completes what) {
  std::set<std::string> names;
  switch (what) {
    case Completes::containers:
      return container_names(session, /*running_only=*/false);
    case Completes::running_containers:
      return container_names(session, /*running_only=*/true);
    case Completes::images:
      return image_names(session);
    case Completes::volumes:
      for (const auto& volume : session.engine().volumes.list()) names.insert(volume.name);
      return names;
    case Completes::secrets:
      for (const auto& secret : session.engine().secrets.list()) names.insert(secret.name);
      return names;
    case Completes::networks:
      return {"bridge", "host", "none"};
    case Completes::files:
      return {":files"};
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

int complete_words(const Verbs& verbs, Session& session, const Words& words) {
  const auto completion = complete(verbs, words);
  for (const auto& candidate : completion.candidates) {
    render::print_line(candidate.word + "\t" + candidate.description);
  }
  const std::string last = words.empty() ? "" : words.back();
  const auto begun =
      last.starts_with(completion.prefix) ? last.substr(completion.prefix.size()) : std::string();
  auto names = names_of(session, completion.names);
  if (!begun.empty()) names.merge(ids_of(session, completion.names, begun));
  for (const auto& name : names) render::print_line(completion.prefix + name);
  return 0;
}

}  // namespace

void register_complete(Verbs& verbs) {
  verbs.add({
      .names = {"__complete"},
      .usage = "-- WORD...",
      .summary = "Print what may stand in the place of the last word",
      .group = Group::hidden,
      .interspersed = false,
      .needs_user_namespace = false,
      .act = [&verbs](Session& session,
                      const Words& words) { return complete_words(verbs, session, words); },
  });
}

void register_completion(Verbs& verbs) {
  verbs.add({
      .names = {"completion"},
      .usage = "bash|zsh|fish",
      .summary = "Generate the autocompletion script for the specified shell",
      .arity = {1, 1},
      .needs_user_namespace = false,
      .details = "Put the script where your shell looks for it, or try it at once:\n\n"
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
