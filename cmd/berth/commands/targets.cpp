// SPDX-License-Identifier: Apache-2.0
#include "commands/targets.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "options/filters.hpp"
#include "session.hpp"

namespace cli {

namespace {

void check(const Targets& targets, const Words& words) {
  const bool chosen = targets.all || targets.latest || !targets.filters.empty();
  if (targets.all && targets.latest) client_fail("--all and --latest cannot be used together");
  if (!targets.cidfiles.empty() && (targets.all || targets.latest))
    client_fail("--all, --latest, and --cidfile cannot be used together");
  if (targets.all && !words.empty()) client_fail("no arguments are needed with --all");
  if (targets.latest && !words.empty())
    client_fail("--latest and containers cannot be used together");
  if (!chosen && words.empty() && targets.cidfiles.empty())
    client_fail("you must provide at least one name or id");
}

/// A file's first line is the id.
std::string id_in(const std::string& path) {
  const auto text = base::find_file_text(path);
  if (!text) client_fail("reading CIDFile: open {}: no such file or directory", path);
  return base::split(*text, '\n').at(0);
}

/// The newest of all containers, whatever it does.
Words latest_of(container::Engine& engine) {
  const auto records = engine.containers.list();
  if (records.empty()) client_fail("no containers to act on: no such container");
  return {records.front().id};
}

Words chosen_by(container::Engine& engine,
                const Targets& targets,
                const std::vector<container::Status>& states) {
  container::ListOptions options;
  options.all = true;
  options.words = container::FilterWords::podman;
  options.filters = targets.filters;
  Words ids;
  for (const auto& [record, state] : container::list(engine, options)) {
    const bool fits =
        states.empty() || std::find(states.begin(), states.end(), state.status) != states.end();
    if (fits) ids.push_back(record.id);
  }
  return ids;
}

}  // namespace

void add_target_flags(FlagTable& table, Targets& targets, unsigned which) {
  // Some verbs have -a and -f already: start --attach, rm --force.
  const auto is_free = [&](const char* name) { return !table.declares(name); };
  if (which & Targets::kAll)
    table.add_flag(is_free("-a") ? "-a,--all" : "--all", targets.all, "Act on all containers");
  if (which & Targets::kLatest)
    table.add_flag("-l,--latest", targets.latest, "Act on the latest container");
  if (which & Targets::kIgnore) {
    table.add_flag(
        "-i,--ignore", targets.ignore, "Ignore errors when a specified container is missing");
  }
  if (which & Targets::kCidfile) {
    table
        .add_option_function<std::string>(
            "--cidfile",
            [&targets](const std::string& path) { targets.cidfiles.push_back(path); },
            "Read the container ID from the file")
        .type_name("file");
  }
  if (which & Targets::kFilter)
    add_podman_filters(table, targets.filters, /*short_form=*/is_free("-f"));
}

Words find_targets(Session& session,
                   const Targets& targets,
                   const Words& words,
                   const std::vector<container::Status>& states) {
  check(targets, words);
  auto& engine = session.engine();
  if (targets.latest) return latest_of(engine);
  Words names = words;
  for (const auto& path : targets.cidfiles) {
    if (targets.ignore && !base::find_file_text(path)) continue;
    names.push_back(id_in(path));
  }
  if (targets.ignore)
    std::erase_if(names, [&](const std::string& name) { return !engine.containers.find(name); });
  // Podman looks all of them up before it acts on the first.
  for (const auto& name : session.is_podman() ? names : Words()) engine.containers.get(name);
  if (!targets.all && targets.filters.empty()) return names;
  auto chosen = chosen_by(engine, targets, states);
  if (names.empty()) return chosen;
  // Names together with filters: those of the named that the filters choose.
  std::erase_if(names, [&](const std::string& name) {
    const auto record = engine.containers.get(name);
    return std::find(chosen.begin(), chosen.end(), record.id) == chosen.end();
  });
  return names;
}

}  // namespace cli
