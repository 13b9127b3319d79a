// SPDX-License-Identifier: Apache-2.0
// berth ps
#include <cctype>

#include "base/error.hpp"
#include "base/log.hpp"
#include "commands/list.hpp"
#include "commands/ps_podman.hpp"
#include "commands/ps_rows.hpp"
#include "options/filters.hpp"
#include "options/parse.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

using Flags = PsFlags;

base::Json label(const base::Json& row, const std::vector<base::Json>& arguments) {
  const auto& labels = row.at("LabelMap");
  const auto found =
      arguments[0].is_string() ? labels.find(arguments[0].get<std::string>()) : labels.end();
  return found == labels.end() ? base::Json("") : *found;
}

render::Listing listing_of(const Flags& flags) {
  render::Listing listing;
  listing.table =
      "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";
  if (flags.size) listing.table += "\t{{.Size}}";
  listing.headers = {{"ID", "CONTAINER ID"},
                     {"Image", "IMAGE"},
                     {"Command", "COMMAND"},
                     {"RunningFor", "CREATED"},
                     {"CreatedAt", "CREATED AT"},
                     {"Status", "STATUS"},
                     {"State", "STATE"},
                     {"Ports", "PORTS"},
                     {"Names", "NAMES"},
                     {"Size", "SIZE"},
                     {"Labels", "LABELS"},
                     {"Mounts", "MOUNTS"},
                     {"Networks", "NETWORKS"},
                     {"LocalVolumes", "LOCAL VOLUMES"},
                     {"HealthStatus", "HEALTH STATUS"},
                     {"Platform", "PLATFORM"}};
  listing.type = "*formatter.ContainerContext";
  listing.name = "ps";
  listing.methods = {{"Label", label}};
  listing.parse_error = "failed to parse template: ";
  listing.execute_error = "failed to execute template: ";
  listing.quiet_wins = true;
  return listing;
}

/// The template that rows are made for; empty when it may ask for any field: "json", "{{.}}", "{{range $k, $v := .}}".
std::string shown_by(const Flags& flags, const render::Listing& listing) {
  if (flags.quiet) return "{{.ID}}";
  if (flags.format.empty() || flags.format == "table") return listing.table;
  if (flags.format == "json" || flags.format.find('$') != std::string::npos) return "";
  for (auto dot = flags.format.find('.'); dot != std::string::npos;
       dot = flags.format.find('.', dot + 1)) {
    const bool names_field = dot + 1 < flags.format.size() &&
                             std::isupper(static_cast<unsigned char>(flags.format[dot + 1]));
    if (!names_field) return "";
  }
  return flags.format;
}

int ps(Session& session, Flags& flags) {
  if (session.is_podman()) return ps_as_podman(session, flags);
  auto& engine = session.engine();
  if (flags.latest) flags.list.last = 1;
  const auto listed = container::list(engine, flags.list);
  PsOptions options{flags.no_trunc, flags.size, base::now()};
  // A template that names the size wants it, -s or not.
  if (flags.format.find(".Size") != std::string::npos) options.size = true;
  const auto listing = listing_of(flags);
  options.shown = shown_by(flags, listing);
  options.with_label_map =
      flags.format != "json" && flags.format.find("json .}") == std::string::npos;
  PsRows rows(engine, listed, options);
  render::print_rows(listing, rows, flags.format, flags.quiet);
  container::repair(engine, listed);
  return 0;
}

}  // namespace

void register_ps(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"ps", "container ls", "container list", "container ps"},
      .usage = "[OPTIONS]",
      .summary = "List containers",
      .arity = {0, 0},
      .group = Group::common,
      .needs_user_namespace = false,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_flag(
                "-a,--all", flags->list.all, "Show all containers (default shows just running)");
            if (podman)
              add_podman_filters(table, flags->list.filters);
            else
              add_filters(table, flags->list.filters);
            table.add_option("--format",
                             flags->format,
                             "Format output using a custom template: 'table', 'table TEMPLATE', "
                             "'json' or a Go template");
            table
                .add_option_function<std::string>(
                    "-n,--last",
                    [flags](const std::string& text) {
                      flags->list.last = static_cast<int>(parse_integer(text));
                    },
                    "Show n last created containers (includes all states)")
                .type_name("int");
            table.add_flag("-l,--latest",
                           flags->latest,
                           "Show the latest created container (includes all states)");
            table.add_flag("--no-trunc", flags->no_trunc, "Don't truncate output");
            table.add_flag("-q,--quiet", flags->quiet, "Only display container IDs");
            table.add_flag("-s,--size", flags->size, "Display total file sizes");
            if (podman) add_podman_ps_flags(table, *flags);
          },
      .act = [flags](Session& session, const Words&) { return ps(session, *flags); },
  });
}

}  // namespace cli
