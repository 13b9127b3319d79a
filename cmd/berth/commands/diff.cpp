// SPDX-License-Identifier: Apache-2.0
// berth diff, berth container diff, berth image diff
#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/targets.hpp"
#include "container/changes.hpp"
#include "container/differences.hpp"
#include "container/files.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

using container::Change;

enum class Of { container, image, either };

char letter(Change::What what) {
  return what == Change::What::added ? 'A' : what == Change::What::removed ? 'D' : 'C';
}

void print_json(const container::Changes& changes) {
  base::Json lists = base::Json::object();
  for (const auto& change : changes.list) {
    const char* key = change.what == Change::What::added     ? "added"
                      : change.what == Change::What::removed ? "deleted"
                                                             : "changed";
    lists[key].push_back(change.path);
  }
  render::print_line(lists.dump(5));
}

container::Changes find_changes(Session& session, const std::string& name, Of of) {
  auto& engine = session.engine();
  if (of != Of::image) {
    if (const auto record = engine.containers.find(name))
      return container::changes_of_container(engine, *record);
  }
  if (of != Of::container) {
    if (const auto image = engine.images.find(name))
      return container::changes_of_image(engine, image->id);
  }
  if (session.is_podman()) client_fail("{} not found: layer not known", name);
  base::fail(base::Kind::not_found, "No such container: {}", name);
}

bool is_known(Session& session, const std::string& name, Of of) {
  auto& engine = session.engine();
  return (of != Of::image && engine.containers.find(name)) ||
         (of != Of::container && engine.images.find(name));
}

struct Flags {
  std::string format;
  Targets targets;
};

Words latest(Session& session, const Flags& flags, const Words& words) {
  return find_targets(session, flags.targets, words);
}

container::Changes changes_of(Session& session, const Words& names, Of of) {
  if (names.size() == 1) return find_changes(session, names[0], of);
  for (const auto& name : names) {
    if (!is_known(session, name, of)) client_fail("{} not found: layer not known", name);
  }
  return container::changes_between(session.engine(), names[1], names[0]);
}

int diff(Session& session, const Flags& flags, const Words& names, Of of) {
  if (!flags.format.empty() && flags.format != "json")
    client_fail("only supported value for '--format' is 'json'");
  if (names.empty()) client_fail("you must provide at least one name or id");
  const auto changes = changes_of(session, names, of);
  if (flags.format == "json") {
    print_json(changes);
    return 0;
  }
  for (const auto& change : changes.list)
    render::print_line(fmt::format("{} {}", letter(change.what), change.path));
  return 0;
}

void add_diff(Verbs& verbs, Verb verb, Of of) {
  const auto flags = std::make_shared<Flags>();
  verb.arity = {1, 1};
  if (verbs.is_podman()) {
    verb.arity = {of == Of::image ? 1 : 0, 2};
    verb.declare = [flags, of](FlagTable& table) {
      table.add_option("--format", flags->format, "Change the output format (json)");
      if (of != Of::image) add_target_flags(table, flags->targets, Targets::kLatest);
    };
  }
  verb.act = [flags, of](Session& session, const Words& words) {
    return diff(
        session, *flags, flags->targets.latest ? latest(session, *flags, words) : words, of);
  };
  verbs.add(std::move(verb));
}

}  // namespace

void register_diff(Verbs& verbs) {
  const char* summary = "Inspect changes to files or directories on a container's filesystem";
  if (!verbs.is_podman()) {
    return add_diff(verbs,
                    {.names = {"diff", "container diff"},
                     .usage = "CONTAINER",
                     .summary = summary,
                     .completes = Completes::containers},
                    Of::container);
  }
  add_diff(verbs,
           {.names = {"diff"},
            .usage = "[options] {CONTAINER|IMAGE} [{CONTAINER|IMAGE}]",
            .summary = "Display the changes to the object's file system",
            .completes = Completes::containers},
           Of::either);
  add_diff(verbs,
           {.names = {"container diff"},
            .usage = "[options] CONTAINER [CONTAINER]",
            .summary = summary,
            .completes = Completes::containers},
           Of::container);
  add_diff(verbs,
           {.names = {"image diff"},
            .usage = "[options] IMAGE [IMAGE]",
            .summary = "Inspect changes to the image's file systems",
            .completes = Completes::images},
           Of::image);
}

}  // namespace cli
