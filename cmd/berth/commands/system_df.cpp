// SPDX-License-Identifier: Apache-2.0
// berth system df
#include <cmath>

#include "base/bytes.hpp"
#include "commands/image_rows.hpp"
#include "commands/list.hpp"
#include "commands/ps_rows.hpp"
#include "container/inspect.hpp"
#include "container/tree_size.hpp"
#include "image/disk_usage.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

using base::Json;

struct Flags {
  bool verbose = false;
  std::string format;
};

struct SizedContainer {
  container::Listed listed;
  std::int64_t size = 0;
};

struct SizedVolume {
  std::string name;
  std::size_t links = 0;
  std::int64_t size = 0;
};

struct Usage {
  image::DiskUsage images;
  std::vector<SizedContainer> containers;
  std::vector<SizedVolume> volumes;
};

/// A line of the summary.
struct Part {
  const char* type;
  std::size_t total = 0, active = 0;
  std::int64_t size = 0, reclaimable = 0;
};

std::string human(std::int64_t bytes) {
  return base::human_size(static_cast<double>(bytes));
}

Usage measure(container::Engine& engine) {
  Usage usage;
  usage.images = image::disk_usage(engine.images);
  for (auto& listed : container::list(engine, {.all = true, .last = 0, .filters = {}})) {
    const auto size = container::sizes_of(engine, listed.record).own;
    usage.containers.push_back({std::move(listed), size});
  }
  for (const auto& volume : engine.volumes.list()) {
    usage.volumes.push_back(
        {volume.name, engine.volumes.users(volume.name).size(), container::tree_size(volume.path)});
  }
  return usage;
}

/// What no container uses, by Docker's reckoning: layers that used images share count as free.
Part image_part(const image::DiskUsage& usage) {
  Part part{.type = "Images", .total = usage.images.size(), .size = usage.layers};
  part.reclaimable = usage.layers;
  for (const auto& image : usage.images) {
    if (image.listed.containers == 0) continue;
    ++part.active;
    part.reclaimable -= image.unique();
  }
  return part;
}

Part container_part(const Session& session, const std::vector<SizedContainer>& containers) {
  using container::Status;
  Part part{.type = "Containers", .total = containers.size()};
  for (const auto& [listed, size] : containers) {
    const auto status = listed.state.status;
    const bool is_active =
        status == Status::running ||
        (!session.is_podman() && (status == Status::paused || status == Status::restarting));
    part.size += size;
    part.active += is_active ? 1 : 0;
    part.reclaimable += is_active ? 0 : size;
  }
  return part;
}

Part volume_part(const std::vector<SizedVolume>& volumes) {
  Part part{.type = "Local Volumes", .total = volumes.size()};
  for (const auto& volume : volumes) {
    part.size += volume.size;
    part.active += volume.links > 0 ? 1 : 0;
    part.reclaimable += volume.links > 0 ? 0 : volume.size;
  }
  return part;
}

Json docker_row(const Part& part) {
  std::string reclaimable = human(part.reclaimable);
  if (part.size > 0) reclaimable += fmt::format(" ({}%)", part.reclaimable * 100 / part.size);
  return {{"Type", part.type},
          {"TotalCount", std::to_string(part.total)},
          {"Active", std::to_string(part.active)},
          {"Size", human(part.size)},
          {"Reclaimable", reclaimable}};
}

Json podman_row(const Part& part, bool for_json) {
  const double share =
      part.size > 0 ? static_cast<double>(part.reclaimable) / static_cast<double>(part.size) : 0;
  Json row = {
      {"Type", part.type},
      {"Total", part.total},
      {"Active", part.active},
      {"RawSize", part.size},
      {"RawReclaimable", part.reclaimable},
      {"Size", human(part.size)},
      {"Reclaimable", fmt::format("{} ({}%)", human(part.reclaimable), std::lround(share * 100))}};
  // Podman's JSON has it for Docker's users, its templates have not.
  if (for_json) row["TotalCount"] = part.total;
  return row;
}

void print_summary(const Session& session, const Usage& usage, const std::string& format) {
  const bool podman = session.is_podman();
  std::vector<Part> parts{image_part(usage.images),
                          container_part(session, usage.containers),
                          volume_part(usage.volumes)};
  if (!podman) parts.push_back({.type = "Build Cache"});
  std::vector<Json> rows;
  const bool is_json = format.find("json") != std::string::npos;  // "{{json .}}", too
  for (const auto& part : parts)
    rows.push_back(podman ? podman_row(part, is_json) : docker_row(part));
  render::Listing listing;
  const std::string total = podman ? "Total" : "TotalCount";
  listing.table = "{{.Type}}\t{{." + total + "}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";
  listing.headers = {{"Type", "TYPE"},
                     {total, "TOTAL"},
                     {"Active", "ACTIVE"},
                     {"Size", "SIZE"},
                     {"Reclaimable", "RECLAIMABLE"}};
  listing.type = podman ? "*system.dfSummary" : "*formatter.diskUsageImagesContext";
  listing.name = "df";
  listing.style = podman ? render::Style::podman : render::Style::docker;
  render::print_listing(listing, std::move(rows), format);
}

std::vector<Json> image_lines(const Session& session, const image::DiskUsage& usage) {
  std::vector<Json> lines;
  const RowOptions options{.no_trunc = false, .digests = false, .now = base::now()};
  for (const auto& image : usage.images) {
    // One line for each image, by its first name.
    auto rows = session.is_podman() ? podman_rows({image.listed}, options)
                                    : docker_rows({image.listed}, options);
    auto& row = rows.front();
    row["Containers"] = std::to_string(image.listed.containers);
    row["SharedSize"] = human(image.shared);
    row["UniqueSize"] = human(image.unique());
    lines.push_back(std::move(row));
  }
  return lines;
}

std::vector<Json> container_lines(Session& session, const Usage& usage) {
  std::vector<container::Listed> listed;
  for (const auto& container : usage.containers) listed.push_back(container.listed);
  const PsOptions options{.now = base::now()};
  PsRows rows(session.engine(), listed, options);
  std::vector<Json> lines;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    auto& line = lines.emplace_back(rows.take(i));
    line["Size"] = base::human_size(static_cast<double>(usage.containers[i].size), 3);
  }
  return lines;
}

std::vector<Json> volume_lines(const std::vector<SizedVolume>& volumes) {
  std::vector<Json> rows;
  for (const auto& volume : volumes) {
    rows.push_back({{"Name", volume.name},
                    {"Links", std::to_string(volume.links)},
                    {"Size", human(volume.size)}});
  }
  return rows;
}

void print_table(const Session& session,
                 const std::string& title,
                 const std::vector<std::pair<std::string, std::string>>& columns,
                 const std::vector<Json>& rows) {
  render::Listing listing;
  for (const auto& [field, header] : columns) {
    listing.table += (listing.table.empty() ? "{{." : "\t{{.") + field + "}}";
    listing.headers[field] = header;
  }
  listing.name = "df";
  listing.style = session.is_podman() ? render::Style::podman : render::Style::docker;
  render::print_line(title + "\n");
  render::print_listing(listing, std::move(rows), "");
}

void print_tables(Session& session, const Usage& usage) {
  print_table(session,
              "Images space usage:",
              {{"Repository", "REPOSITORY"},
               {"Tag", "TAG"},
               {"ID", "IMAGE ID"},
               {"CreatedSince", "CREATED"},
               {"Size", "SIZE"},
               {"SharedSize", "SHARED SIZE"},
               {"UniqueSize", "UNIQUE SIZE"},
               {"Containers", "CONTAINERS"}},
              image_lines(session, usage.images));
  print_table(session,
              "\nContainers space usage:",
              {{"ID", "CONTAINER ID"},
               {"Image", "IMAGE"},
               {"Command", "COMMAND"},
               {"LocalVolumes", "LOCAL VOLUMES"},
               {"Size", "SIZE"},
               {"RunningFor", "CREATED"},
               {"Status", "STATUS"},
               {"Names", "NAMES"}},
              container_lines(session, usage));
  print_table(session,
              "\nLocal Volumes space usage:",
              {{"Name", "VOLUME NAME"}, {"Links", "LINKS"}, {"Size", "SIZE"}},
              volume_lines(usage.volumes));
  if (session.is_podman()) return;
  print_table(session,
              "\nBuild cache usage: 0B",
              {{"ID", "CACHE ID"},
               {"CacheType", "CACHE TYPE"},
               {"Size", "SIZE"},
               {"CreatedSince", "CREATED"},
               {"LastUsedSince", "LAST USED"},
               {"UsageCount", "USAGE"},
               {"Shared", "SHARED"}},
              {});
}

int disk_usage(Session& session, const Flags& flags) {
  if (session.is_podman() && flags.verbose && !flags.format.empty())
    client_fail("cannot combine --format and --verbose flags");
  const auto usage = measure(session.engine());
  if (!flags.verbose) {
    print_summary(session, usage, flags.format);
  } else if (flags.format.empty() || flags.format == "table") {
    print_tables(session, usage);
  } else {
    render::print_single({.type = "*formatter.diskUsageContext", .name = ""},
                         {{"Images", image_lines(session, usage.images)},
                          {"Containers", container_lines(session, usage)},
                          {"Volumes", volume_lines(usage.volumes)},
                          {"BuildCache", Json::array()}},
                         flags.format);
  }
  return 0;
}

}  // namespace

void register_system_df(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"system df"},
      .usage = "[OPTIONS]",
      .summary = "Show disk usage",
      .arity = {0, 0},
      .declare =
          [flags](FlagTable& table) {
            table.add_option("--format",
                             flags->format,
                             "Format output using a custom template: 'table', 'table TEMPLATE', "
                             "'json' or a Go template");
            table.add_flag(
                "-v,--verbose", flags->verbose, "Show detailed information on space usage");
          },
      .act = [flags](Session& session, const Words&) { return disk_usage(session, *flags); },
  });
}

}  // namespace cli
