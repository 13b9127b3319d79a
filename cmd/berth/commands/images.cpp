// SPDX-License-Identifier: Apache-2.0
// berth images
#include <algorithm>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "commands/image_rows.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "render/output.hpp"
#include "render/table.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool all = false, quiet = false, no_trunc = false, digests = false, tree = false,
       no_heading = false;
  std::string format, sort = "created";
  std::vector<std::string> filters;
};

/// `raw` is docker's template of lines for programs of its first years.
std::string template_of(const Flags& flags) {
  if (flags.format != "raw") return flags.format;
  if (flags.quiet) return "image_id: {{.ID}}";
  const std::string digest = flags.digests ? "digest: {{.Digest}}\n" : "";
  return "repository: {{.Repository}}\ntag: {{.Tag}}\n" + digest +
         "image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n";
}

/// Podman tells which are of image stores, when there are such.
render::Listing listing_of(const Session& session, const Flags& flags, bool with_read_only) {
  const std::string digest = flags.digests ? "{{.Digest}}\t" : "";
  render::Listing listing;
  listing.table = "{{.Repository}}\t{{.Tag}}\t" + digest + "{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";
  if (session.is_podman() && with_read_only) listing.table += "\t{{.ReadOnly}}";
  listing.headers = {{"Repository", "REPOSITORY"},
                     {"Tag", "TAG"},
                     {"Digest", "DIGEST"},
                     {"ID", "IMAGE ID"},
                     {"CreatedSince", "CREATED"},
                     {"CreatedAt", "CREATED AT"},
                     {"Size", "SIZE"},
                     {"ReadOnly", "R/O"},
                     {"Containers", "CONTAINERS"},
                     {"SharedSize", "SHARED SIZE"},
                     {"UniqueSize", "UNIQUE SIZE"}};
  listing.type = session.is_podman() ? "images.imageReporter" : "*formatter.imageContext";
  listing.name = "images";
  listing.heading = !flags.no_heading;
  listing.style = session.is_podman() ? render::Style::podman : render::Style::docker;
  return listing;
}

/// Bytes of an image as a registry has it: manifest, config and compressed layers.
std::int64_t content_size(image::ImageStore& images, const image::Image& image) {
  const auto bytes = images.find_blob(image.manifest);
  if (!bytes) return 0;
  const auto manifest = base::from_json_text<image::Manifest>(*bytes, "manifest");
  auto size = static_cast<std::int64_t>(bytes->size()) + manifest.config.size;
  for (const auto& layer : manifest.layers) size += layer.size;
  return size;
}

/// The view that docker shows since 29.
void print_tree(Session& session, const std::vector<image::Listed>& images, bool all) {
  std::vector<std::pair<std::string, std::string>> lines;  // by name
  for (const auto& listed : images) {
    const auto& image = listed.image;
    const std::string rest = fmt::format(
        "{}\t{}\t{}\t{}\n",
        base::short_id(image.id),
        base::human_size(static_cast<double>(image.size), 3),
        base::human_size(static_cast<double>(content_size(session.engine().images, image)), 3),
        listed.containers > 0 ? "U" : "");
    for (const auto& name : listed.names) lines.emplace_back(shown_name(session, name), rest);
    if (listed.names.empty() && all) lines.emplace_back("<untagged>", rest);
  }
  std::sort(lines.begin(), lines.end());
  std::string text = "IMAGE\tID\tDISK USAGE\tCONTENT SIZE\tEXTRA\n";
  for (const auto& [name, rest] : lines) text += name + "\t" + rest;
  render::print(render::align_columns(text, render::kDockerTable));
}

void check_tree(const Flags& flags) {
  const auto refuse = [](const char* flag) {
    client_fail("{} is not yet supported with --tree", flag);
  };
  if (flags.quiet) refuse("--quiet");
  if (flags.no_trunc) refuse("--no-trunc");
  if (flags.digests) refuse("--show-digest");
  if (!flags.format.empty()) refuse("--format");
}

/// By podman's --sort; `created` is the order that images are listed in.
void sort_by(std::vector<base::Json>& rows, const std::string& key) {
  const auto by = [&](auto value) {
    std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
      return value(a) < value(b);
    });
  };
  // Fields of the JSON have other names than those of templates.
  const auto field = [](const base::Json& row, const char* name, const char* json_name) {
    return row.value(name, row.value(json_name, base::Json()));
  };
  const auto repository = [&](const auto& row) { return field(row, "Repository", "repository"); };
  const auto tag = [&](const auto& row) { return field(row, "Tag", "tag"); };
  if (key == "id")
    by([&](const auto& row) { return field(row, "Id", "ID"); });
  else if (key == "repository")
    by([&](const auto& row) { return std::pair(repository(row), tag(row)); });
  else if (key == "tag")
    by(tag);
  else if (key == "size")
    by([](const auto& row) { return row.at("VirtualSize"); });
  else if (key != "created") {
    client_fail(
        "invalid argument \"{}\" for \"--sort\" flag: \"{}\" is not a valid value.  Choose from: "
        "\"created, id, repository, size, tag\"",
        key,
        key);
  }
}

std::vector<base::Json> rows_of(const Session& session,
                                const std::vector<image::Listed>& images,
                                const std::string& format,
                                const RowOptions& options) {
  if (!session.is_podman()) return docker_rows(images, options);
  if (format == "json") return podman_json(images);
  if (format == "{{json .}}" || format == "{{ json . }}") return podman_json_template(images);
  return podman_rows(images, options);
}

int list(Session& session, const Flags& flags, const Words& words) {
  const auto keys = session.is_podman() ? image::FilterKeys::list_podman : image::FilterKeys::list;
  const RowOptions options{flags.no_trunc,
                           flags.digests || flags.format.find(".Digest") != std::string::npos,
                           base::now()};
  auto filter = image::parse_filter(flags.filters, keys, options.now);
  for (const auto& word : words) filter.references.push_back(word);
  filter.all_names = session.is_podman();
  if (flags.tree) check_tree(flags);
  auto images = image::select(session.engine().images, filter);
  if (flags.tree) {
    print_tree(session, images, flags.all);
    return 0;
  }
  const bool with_read_only =
      std::any_of(images.begin(), images.end(), [](const auto& l) { return l.image.read_only; });
  auto rows = rows_of(session, images, flags.format, options);
  sort_by(rows, flags.sort);
  render::print_listing(
      listing_of(session, flags, with_read_only), std::move(rows), template_of(flags), flags.quiet);
  return 0;
}

void declare(FlagTable& table, Flags& flags, bool is_podman) {
  table.add_flag("-a,--all",
                 flags.all,
                 "Show all images (default hides intermediate images, which berth has none of)");
  table.add_flag("--digests", flags.digests, "Show digests");
  table.add_list("-f,--filter", flags.filters, "Filter output based on conditions provided")
      .type_name("filter");
  table.add_option(
      "--format",
      flags.format,
      "Format output using a custom template: 'table', 'table TEMPLATE', 'json' or a Go template");
  table.add_flag("--no-trunc", flags.no_trunc, "Don't truncate output");
  table.add_flag("-q,--quiet", flags.quiet, "Only show image IDs");
  if (is_podman) {
    table.add_flag("-n,--noheading", flags.no_heading, "Do not print column headings");
    table.add_option("--sort", flags.sort, "Sort by created, id, repository, size or tag");
  } else {
    table.add_flag(
        "--tree", flags.tree, "List images by name with their disk usage and content size");
  }
}

}  // namespace

void register_images(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"images", "image ls", "image list"},
      .usage = "[OPTIONS] [REPOSITORY[:TAG]]",
      .summary = "List images",
      .arity = {0, 1},
      .completes = Completes::images,
      .declare = [flags, is_podman](FlagTable& table) { declare(table, *flags, is_podman); },
      .act = [flags](Session& session, const Words& words) { return list(session, *flags, words); },
  });
}

}  // namespace cli
