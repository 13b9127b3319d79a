// SPDX-License-Identifier: Apache-2.0
// berth inspect, berth container inspect, berth volume inspect
#include "container/inspect.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "commands/volume_json.hpp"
#include "container/listing.hpp"
#include "image/inspect.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  std::string format, type;
  bool size = false;
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
  return container::inspect(
      engine, engine.containers.get(name), {.size = flags.size, .keep_empty = !is_printed(flags)});
}

Json image_json(Session& session, const Flags& flags, const std::string& name) {
  auto& images = session.engine().images;
  const auto empty = is_printed(flags) ? image::EmptyFields::left_out : image::EmptyFields::kept;
  const auto image = images.get(name);
  return session.is_podman() ? image::inspect_json_podman(images, image, empty)
                             : image::inspect_json(images, image, empty);
}

Json volume_of(Session& session, const Flags&, const std::string& name) {
  return volume_json(session.engine().volumes.get(name));
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
  throw ClientError(session.is_podman() ? fmt::format("no such object: \"{}\"", name)
                                        : "error: no such object: " + name,
                    0,
                    ClientError::Form::bare);
}

Lookup lookup_of(const std::string& type) {
  if (type.empty()) return any_json;
  if (type == "container") return container_json;
  if (type == "image") return image_json;
  if (type == "volume") return volume_of;
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

int inspect(Session& session, const Flags& flags, const Words& names, const Lookup& lookup) {
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
      .usage = "[OPTIONS] NAME|ID [NAME|ID...]",
      .summary = "Return low-level information on Docker objects",
      .arity = {1, -1},
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            add_format(table, *flags);
            table.add_flag(
                "-s,--size", flags->size, "Display total file sizes if the type is container");
            table.add_option("--type", flags->type, "Only inspect objects of the given type");
          },
      .act =
          [flags](Session& session, const Words& names) {
            return inspect(session, *flags, names, lookup_of(flags->type));
          },
  });
}

void register_container_inspect(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"container inspect"},
      .usage = "[OPTIONS] CONTAINER [CONTAINER...]",
      .summary = "Display detailed information on one or more containers",
      .arity = {1, -1},
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            add_format(table, *flags);
            table.add_flag("-s,--size", flags->size, "Display total file sizes");
          },
      .act = [flags](
                 Session& session,
                 const Words& names) { return inspect(session, *flags, names, container_json); },
  });
}

void register_volume_inspect(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"volume inspect"},
      .usage = "[OPTIONS] VOLUME [VOLUME...]",
      .summary = "Display detailed information on one or more volumes",
      .arity = {1, -1},
      .completes = Completes::volumes,
      .declare = [flags](FlagTable& table) { add_format(table, *flags); },
      .act = [flags](Session& session,
                     const Words& names) { return inspect(session, *flags, names, volume_of); },
  });
}

}  // namespace cli
