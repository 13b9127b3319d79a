// SPDX-License-Identifier: Apache-2.0
// berth diff, berth container diff, berth image diff
#include "base/error.hpp"
#include "commands/list.hpp"
#include "container/changes.hpp"
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

int diff(Session& session, const std::string& name, const std::string& format, Of of) {
  if (!format.empty() && format != "json")
    client_fail("only supported value for '--format' is 'json'");
  const auto changes = find_changes(session, name, of);
  if (format == "json") {
    print_json(changes);
    return 0;
  }
  for (const auto& change : changes.list)
    render::print_line(fmt::format("{} {}", letter(change.what), change.path));
  return 0;
}

void add_diff(Verbs& verbs, Verb verb, Of of) {
  const auto format = std::make_shared<std::string>();
  if (verbs.is_podman()) {
    verb.declare = [format](FlagTable& table) {
      table.add_option("--format", *format, "Change the output format (json)");
    };
  }
  verb.arity = {1, 1};
  verb.act = [format, of](Session& session, const Words& words) {
    return diff(session, words[0], *format, of);
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
            .usage = "[options] {CONTAINER|IMAGE}",
            .summary = "Display the changes to the object's file system",
            .completes = Completes::containers},
           Of::either);
  add_diff(verbs,
           {.names = {"container diff"},
            .usage = "[options] CONTAINER",
            .summary = summary,
            .completes = Completes::containers},
           Of::container);
  add_diff(verbs,
           {.names = {"image diff"},
            .usage = "[options] IMAGE",
            .summary = "Inspect changes to the image's file systems",
            .completes = Completes::images},
           Of::image);
}

}  // namespace cli
