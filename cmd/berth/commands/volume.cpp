// SPDX-License-Identifier: Apache-2.0
// berth volume create, ls
#include <algorithm>
#include <regex>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "commands/volume_json.hpp"
#include "container/events.hpp"
#include "container/volume_mount.hpp"
#include "options/filters.hpp"
#include "render/go_format.hpp"
#include "render/output.hpp"
#include "session.hpp"
#include "storage/names.hpp"

namespace cli {

namespace {

struct CreateFlags {
  std::string name, driver = "local";
  std::vector<std::string> labels, options;
  bool ignore = false;
  std::optional<int> uid, gid;
};

/// Podman's own refusals, before those of the engine.
void check_podman(Session& session, const storage::Volume& wanted) {
  if (wanted.driver != "local") {
    client_fail(
        "volume {0} uses volume plugin {1} but it could not be retrieved: no volume plugin with "
        "name {1} available: required plugin missing",
        wanted.name,
        wanted.driver);
  }
  if (!wanted.name.empty() && !storage::is_object_name(wanted.name)) {
    client_fail(
        "running volume create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid "
        "argument");
  }
  if (!wanted.name.empty() && session.engine().volumes.find(wanted.name))
    client_fail("volume with name {} already exists: volume already exists", wanted.name);
  const auto device = wanted.options.find("device");
  const auto type = wanted.options.find("type");
  if (device != wanted.options.end() && type != wanted.options.end() && type->second == "bind" &&
      !base::exists(device->second)) {
    client_fail(
        "invalid volume option device for driver 'local': faccessat {}: no such file or directory",
        device->second);
  }
}

void set_owner(const storage::Volume& volume, const CreateFlags& flags) {
  if (!flags.uid && !flags.gid) return;
  const auto uid = static_cast<uid_t>(flags.uid.value_or(-1));
  const auto gid = static_cast<gid_t>(flags.gid.value_or(-1));
  if (::chown(volume.path.c_str(), uid, gid) < 0)
    base::sys_fail("set the owner of volume {}", volume.name);
}

int create(Session& session, const CreateFlags& flags, const Words& words) {
  storage::Volume wanted;
  wanted.driver = flags.driver;
  if (!words.empty())
    wanted.name = words[0];
  else
    wanted.name = flags.name;
  for (const auto& label : flags.labels) {
    const auto [key, value] = base::split_pair(label, '=');
    wanted.labels[key] = value.value_or("");
  }
  for (const auto& option : flags.options) {
    const auto [key, value] = base::split_pair(option, '=');
    wanted.options[key] = value.value_or("");
  }
  if (session.is_podman()) {
    if (flags.ignore && session.engine().volumes.find(wanted.name)) {
      render::print_line(wanted.name);
      return 0;
    }
    check_podman(session, wanted);
  }
  // An unknown driver is told first, by the store.
  if (wanted.driver == "local") container::check_volume_options(wanted, session.is_podman());
  auto& volumes = session.engine().volumes;
  const bool is_new = wanted.name.empty() || !volumes.find(wanted.name);
  const auto made = volumes.create(wanted);
  set_owner(made, flags);
  if (is_new)
    container::record_event(session.store(), container::volume_event(made.name, "create"));
  render::print_line(made.name);
  return 0;
}

struct ListFlags {
  container::Filters filters;
  std::string format;
  bool quiet = false, no_heading = false;
};

bool has_pair(const std::map<std::string, std::string>& map, const std::string& wanted) {
  const auto [key, value] = base::split_pair(wanted, '=');
  const auto found = map.find(key);
  return found != map.end() && (!value || found->second == *value);
}

/// Docker looks for a part of the name, podman for a pattern.
bool names(Session& session, const std::string& name, const std::string& wanted) {
  if (!session.is_podman()) return name.find(wanted) != std::string::npos;
  try {
    return std::regex_search(name, std::regex(wanted));
  } catch (const std::regex_error&) {
    base::fail(base::Kind::usage, "error parsing regexp: {}", wanted);
  }
}

/// Podman's further filters; nothing for a key that it does not know either.
std::optional<bool> matches_podman(Session& session,
                                   const storage::Volume& volume,
                                   const std::string& key,
                                   const std::vector<std::string>& values) {
  const auto& value = values.back();
  if (key == "label!") {
    return std::none_of(
        values.begin(), values.end(), [&](const auto& v) { return has_pair(volume.labels, v); });
  }
  if (key == "anonymous") return volume.anonymous == (value == "true" || value == "1");
  if (key == "until") {
    const auto moment = base::parse_moment(value, base::now());
    if (!moment) base::fail(base::Kind::usage, "unable to parse \"{}\" as a time", value);
    return volume.created < *moment;
  }
  if (key == "after" || key == "since")
    return volume.created > session.engine().volumes.get(value).created;
  return std::nullopt;
}

bool matches(Session& session, const storage::Volume& volume, const container::Filters& filters) {
  for (const auto& [key, values] : filters) {
    const auto any = [&](auto test) { return std::any_of(values.begin(), values.end(), test); };
    bool ok = false;
    if (key == "name")
      ok = any([&](const auto& v) { return names(session, volume.name, v); });
    else if (key == "driver")
      ok = any([&](const auto& v) { return volume.driver == v; });
    else if (key == "opt")
      ok = any([&](const auto& v) { return has_pair(volume.options, v); });
    else if (key == "scope")
      ok = any([&](const auto& v) { return v == "local"; });
    else if (key == "label")
      ok = std::all_of(
          values.begin(), values.end(), [&](const auto& v) { return has_pair(volume.labels, v); });
    else if (key == "dangling") {
      const bool wanted = values.back() == "true" || values.back() == "1";
      ok = session.engine().volumes.users(volume.name).empty() == wanted;
    } else {
      const auto more =
          session.is_podman() ? matches_podman(session, volume, key, values) : std::nullopt;
      if (!more && session.is_podman())
        base::fail(base::Kind::usage, "\"{}\" is an invalid volume filter", key);
      if (more) {
        if (!*more) return false;
        continue;
      }
      base::fail(base::Kind::usage, "invalid filter '{}'", key);
    }
    if (!ok) return false;
  }
  return true;
}

base::Json row(const storage::Volume& volume, bool podman) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : volume.labels) labels.push_back(key + "=" + value);
  base::Json json = {{"Name", volume.name},
                     {"Driver", volume.driver},
                     {"Scope", "local"},
                     {"Mountpoint", volume.path},
                     {"Labels", base::join(labels, ",")},
                     {"Links", "N/A"},
                     {"Size", "N/A"},
                     {"Status", "N/A"},
                     {"Availability", "N/A"},
                     {"Group", "N/A"}};
  if (!podman) return json;
  json.update({{"Anonymous", volume.anonymous},
               {"CreatedAt", base::rfc3339(volume.created)},
               {"MountCount", 0},
               {"Options", volume.options}});
  return json;
}

int list(Session& session, const ListFlags& flags) {
  auto& engine = session.engine();
  matches(session, {}, flags.filters);  // an unknown key is told even when there is no volume
  // Podman's JSON holds whole volumes, Docker's what its table has.
  const bool whole = session.is_podman() && flags.format == "json";
  std::vector<base::Json> rows;
  for (const auto& volume : engine.volumes.list()) {
    if (!matches(session, volume, flags.filters)) continue;
    rows.push_back(whole ? volume_json_podman(volume) : row(volume, session.is_podman()));
  }
  if (whole) {
    render::print_line(render::go_json(rows, 4));
    return 0;
  }
  render::Listing listing;
  listing.table = "{{.Driver}}\t{{.Name}}";
  listing.headers = {{"Driver", "DRIVER"},
                     {"Name", "VOLUME NAME"},
                     {"Scope", "SCOPE"},
                     {"Mountpoint", "MOUNTPOINT"},
                     {"Labels", "LABELS"},
                     {"Links", "LINKS"},
                     {"Size", "SIZE"}};
  listing.type = session.is_podman() ? "volumes.volumeReporter" : "*formatter.volumeContext";
  listing.quiet = "{{.Name}}";
  listing.name = "ls";
  listing.heading = !flags.no_heading;
  listing.style = session.is_podman() ? render::Style::podman : render::Style::docker;
  render::print_listing(listing, std::move(rows), flags.format, flags.quiet);
  return 0;
}

}  // namespace

void register_volume_create(Verbs& verbs) {
  const auto flags = std::make_shared<CreateFlags>();
  verbs.add({
      .names = {"volume create"},
      .usage = "[OPTIONS] [VOLUME]",
      .summary = "Create a volume",
      .arity = {0, 1},
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_option("-d,--driver", flags->driver, "Specify volume driver name");
            table.add_list(
                podman ? "-l,--label" : "--label", flags->labels, "Set metadata for a volume");
            table.add_option("--name", flags->name, "Specify volume name");
            table.add_list("-o,--opt", flags->options, "Set driver specific options");
            if (!podman) return;
            table.add_flag("--ignore", flags->ignore, "Don't fail if volume already exists");
            const auto number = [&](const char* name, std::optional<int>& to, const char* what) {
              table
                  .add_option_function<int>(
                      name, [&to](const int& id) { to = id; }, what)
                  .type_name("int");
            };
            number("--gid", flags->gid, "Set the GID of the volume owner");
            number("--uid", flags->uid, "Set the UID of the volume owner");
          },
      .act = [flags](Session& session,
                     const Words& words) { return create(session, *flags, words); },
  });
}

void register_volume_ls(Verbs& verbs) {
  const auto flags = std::make_shared<ListFlags>();
  verbs.add({
      .names = {"volume ls", "volume list"},
      .usage = "[OPTIONS]",
      .summary = "List volumes",
      .arity = {0, 0},
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            if (podman) table.add_flag("-n,--noheading", flags->no_heading, "Do not print headers");
            add_filters(table, flags->filters);
            table.add_option("--format",
                             flags->format,
                             "Format output using a custom template: 'table', 'table TEMPLATE', "
                             "'json' or a Go template");
            table.add_flag("-q,--quiet", flags->quiet, "Only display volume names");
          },
      .act = [flags](Session& session, const Words&) { return list(session, *flags); },
  });
}

}  // namespace cli
