// SPDX-License-Identifier: Apache-2.0
// berth volume create, ls, rm
#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "container/events.hpp"
#include "container/volume_mount.hpp"
#include "options/filters.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct CreateFlags {
  std::string name, driver = "local";
  std::vector<std::string> labels, options;
};

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
  // An unknown driver is told first, by the store.
  if (wanted.driver == "local") container::check_volume_options(wanted, session.is_podman());
  auto& volumes = session.engine().volumes;
  const bool is_new = wanted.name.empty() || !volumes.find(wanted.name);
  const auto made = volumes.create(wanted);
  if (is_new)
    container::record_event(session.store(), container::volume_event(made.name, "create"));
  render::print_line(made.name);
  return 0;
}

struct ListFlags {
  container::Filters filters;
  std::string format;
  bool quiet = false;
};

bool has_pair(const std::map<std::string, std::string>& map, const std::string& wanted) {
  const auto [key, value] = base::split_pair(wanted, '=');
  const auto found = map.find(key);
  return found != map.end() && (!value || found->second == *value);
}

bool matches(Session& session, const storage::Volume& volume, const container::Filters& filters) {
  for (const auto& [key, values] : filters) {
    const auto any = [&](auto test) { return std::any_of(values.begin(), values.end(), test); };
    bool ok = false;
    if (key == "name")
      ok = any([&](const auto& v) { return volume.name.find(v) != std::string::npos; });
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
      if (session.is_podman())
        base::fail(base::Kind::usage, "\"{}\" is an invalid volume filter", key);
      base::fail(base::Kind::usage, "invalid filter '{}'", key);
    }
    if (!ok) return false;
  }
  return true;
}

base::Json row(const storage::Volume& volume) {
  std::vector<std::string> labels;
  for (const auto& [key, value] : volume.labels) labels.push_back(key + "=" + value);
  return {{"Name", volume.name},
          {"Driver", volume.driver},
          {"Scope", "local"},
          {"Mountpoint", volume.path},
          {"Labels", base::join(labels, ",")},
          {"Links", "N/A"},
          {"Size", "N/A"},
          {"Status", "N/A"},
          {"Availability", "N/A"},
          {"Group", "N/A"}};
}

int list(Session& session, const ListFlags& flags) {
  auto& engine = session.engine();
  matches(session, {}, flags.filters);  // an unknown key is told even when there is no volume
  std::vector<base::Json> rows;
  for (const auto& volume : engine.volumes.list()) {
    if (matches(session, volume, flags.filters)) rows.push_back(row(volume));
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
  listing.type = "*formatter.volumeContext";
  listing.quiet = "{{.Name}}";
  listing.name = "volume ls";
  listing.style = session.is_podman() ? render::Style::podman : render::Style::docker;
  render::print_listing(listing, rows, flags.format, flags.quiet);
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
          [flags](FlagTable& table) {
            table.add_option("-d,--driver", flags->driver, "Specify volume driver name");
            table.add_list("--label", flags->labels, "Set metadata for a volume");
            table.add_option("--name", flags->name, "Specify volume name");
            table.add_list("-o,--opt", flags->options, "Set driver specific options");
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
          [flags](FlagTable& table) {
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

void register_volume_rm(Verbs& verbs) {
  struct Flags {
    bool force = false, all = false;
  };

  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"volume rm", "volume remove"},
      .usage = "[OPTIONS] VOLUME [VOLUME...]",
      .summary = "Remove one or more volumes",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::volumes,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_flag("-f,--force", flags->force, "Force the removal of one or more volumes");
            if (podman) table.add_flag("-a,--all", flags->all, "Remove all volumes");
          },
      .act =
          [flags](Session& session, const Words& words) {
            if (flags->all && !words.empty())
              client_fail("when using the --all switch, you may not pass any volumes names or IDs");
            if (!flags->all && words.empty())
              client_fail("must specify at least one volume name or the --all switch");
            auto& volumes = session.engine().volumes;
            Words names = words;
            if (flags->all)
              for (const auto& volume : volumes.list()) names.push_back(volume.name);
            return for_each(session, names, [&](const std::string& name) {
              // Docker: forcing what is not there is no failure, and prints the name.
              if (!flags->force || volumes.find(name)) {
                volumes.remove(name);
                container::record_event(session.store(), container::volume_event(name, "destroy"));
              }
              render::print_line(name);
            });
          },
  });
}

}  // namespace cli
