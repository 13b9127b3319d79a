// SPDX-License-Identifier: Apache-2.0
// berth inspect, berth container inspect, berth volume inspect
#include "image/inspect.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/volume_json.hpp"
#include "container/inspect_podman.hpp"
#include "container/listing.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  std::string format, type;
  bool size = false, latest = false, all = false;
};

using base::Json;
using Lookup = std::function<Json(Session&, const Flags&, const std::string&)>;

/// A template may name fields that a printed object leaves out when they are empty.
bool is_printed(const Flags& flags) {
  return flags.format.empty() || flags.format == "json";
}

Json container_json(Session& session, const Flags& flags, const std::string& name) {
  auto& engine = session.engine();
  const auto record = engine.containers.get(name);
  container::repair(engine, {{record, container::state_of(engine, record)}});
  const auto now = engine.containers.get(name);
  const container::InspectOptions options{.size = flags.size, .keep_empty = !is_printed(flags)};
  return session.is_podman() ? container::inspect_podman(engine, now, options)
                             : container::inspect(engine, now, options);
}

Json image_json(Session& session, const Flags& flags, const std::string& name) {
  auto& images = session.engine().images;
  const auto empty = is_printed(flags) ? image::EmptyFields::left_out : image::EmptyFields::kept;
  const auto image = images.get(name);
  return session.is_podman() ? image::inspect_json_podman(images, image, empty)
                             : image::inspect_json(images, image, empty);
}

Json volume_of(Session& session, const Flags&, const std::string& name) {
  auto& volumes = session.engine().volumes;
  if (!session.is_podman()) return volume_json(volumes.get(name));
  const auto volume = volumes.find(name);
  if (!volume) client_fail("no such volume {}", name);
  return volume_json_podman(*volume);
}

/// `podman container inspect` has a sentence of its own for what is not there.
Json only_container(Session& session, const Flags& flags, const std::string& name) {
  if (session.is_podman() && !session.engine().containers.find(name))
    client_fail("no such container \"{}\"", name);
  return container_json(session, flags, name);
}

/// Containers come before images, images before volumes, as docker asks.
Json any_json(Session& session, const Flags& flags, const std::string& name) {
  auto& engine = session.engine();
  if (engine.containers.find(name)) return container_json(session, flags, name);
  try {
    if (engine.images.find(name)) return image_json(session, flags, name);
  } catch (const base::Error& e) {
    if (e.kind() != base::Kind::usage)
      throw;  // a name that no image can have may still be a volume's
  }
  if (engine.volumes.find(name)) return volume_of(session, flags, name);
  if (session.is_podman()) client_fail("no such object: \"{}\"", name);
  throw ClientError("error: no such object: " + name, 0, ClientError::Form::bare);
}

Lookup lookup_of_podman(const std::string& type) {
  if (type == "all") return any_json;
  for (const char* other : {"pod", "network", "artifact"}) {
    if (type == other)
      base::fail(base::Kind::unsupported, "inspect of type {} is not supported yet", type);
  }
  client_fail(
      "invalid type \"{}\": must be \"image\", \"container\", \"pod\", \"network\", \"volume\", "
      "\"artifact\", or \"all\"",
      type);
}

Lookup lookup_of(const Session& session, const std::string& type) {
  if (type.empty()) return any_json;
  if (type == "container") return container_json;
  if (type == "image") return image_json;
  if (type == "volume") return volume_of;
  if (session.is_podman()) return lookup_of_podman(type);
  for (const char* other : {"config", "network", "node", "plugin", "secret", "service", "task"}) {
    if (type == other)
      base::fail(base::Kind::unsupported, "inspect of type {} is not supported yet", type);
  }
  throw ClientError(
      fmt::format(
          "unknown type: \"{}\": must be one of \"config\", \"container\", \"image\", \"network\", "
          "\"node\", \"plugin\", \"secret\", \"service\", \"task\", \"volume\"",
          type),
      0,
      ClientError::Form::bare);
}

/// Podman: the newest container by --latest, all volumes by --all.
Words targets(Session& session, const Flags& flags, const Words& words) {
  if (!session.is_podman()) return words;
  if (flags.latest && !words.empty()) client_fail("--latest and arguments cannot be used together");
  if (flags.all && !words.empty()) client_fail("--all and arguments cannot be used together");
  Words names = words;
  if (flags.latest) {
    const auto records = session.engine().containers.list();
    if (records.empty()) client_fail("no containers to inspect: no such container");
    names.push_back(records.front().id);
  }
  if (flags.all)
    for (const auto& volume : session.engine().volumes.list()) names.push_back(volume.name);
  if (names.empty() && !flags.all) client_fail("no names or ids specified");
  return names;
}

int inspect(Session& session, const Flags& flags, const Words& words, const Lookup& lookup) {
  const Words names = targets(session, flags, words);
  std::vector<Json> objects;
  std::vector<Told> failures;
  for (const auto& name : names) {
    try {
      objects.push_back(lookup(session, flags, name));
    } catch (const base::Error& e) {
      failures.push_back(session.speech().tell(e));
    } catch (const ClientError& e) {
      failures.push_back(session.speech().tell(e));
    }
  }
  // Docker prints what it found before it tells what it did not find.
  render::print_inspected(
      objects, flags.format, session.is_podman() ? render::Style::podman : render::Style::docker);
  for (const auto& told : failures) print_error(told);
  return failures.empty() ? 0 : failures.back().code;
}

void add_format(FlagTable& table, Flags& flags) {
  table.add_option("-f,--format",
                   flags.format,
                   "Format output using a custom template: 'json' or a Go template");
}

}  // namespace

void register_inspect(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"inspect"},
      .usage = verbs.is_podman() ? "[options] {CONTAINER|IMAGE|POD|NETWORK|VOLUME} [...]"
                                 : "[OPTIONS] NAME|ID [NAME|ID...]",
      .summary = verbs.is_podman() ? "Display the configuration of object denoted by ID"
                                   : "Return low-level information on Docker objects",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            add_format(table, *flags);
            table.add_flag(
                "-s,--size", flags->size, "Display total file sizes if the type is container");
            if (podman) table.add_flag("-l,--latest", flags->latest, "Act on the latest container");
            table.add_option("--type", flags->type, "Only inspect objects of the given type");
          },
      .act =
          [flags](Session& session, const Words& names) {
            return inspect(session, *flags, names, lookup_of(session, flags->type));
          },
  });
}

void register_container_inspect(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"container inspect"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Display detailed information on one or more containers",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            add_format(table, *flags);
            table.add_flag("-s,--size", flags->size, "Display total file sizes");
            if (podman) table.add_flag("-l,--latest", flags->latest, "Act on the latest container");
          },
      .act = [flags](
                 Session& session,
                 const Words& names) { return inspect(session, *flags, names, only_container); },
  });
}

void register_volume_inspect(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"volume inspect"},
      .usage = "[OPTIONS] VOLUME [VOLUME...]",
      .summary = "Display detailed information on one or more volumes",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::volumes,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            add_format(table, *flags);
            if (podman) table.add_flag("-a,--all", flags->all, "Inspect all volumes");
          },
      .act = [flags](Session& session,
                     const Words& names) { return inspect(session, *flags, names, volume_of); },
  });
}

}  // namespace cli
