// SPDX-License-Identifier: Apache-2.0
// berth history
#include "image/history.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "commands/image_rows.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool human = true, no_trunc = false, quiet = false;
  std::string format, platform;
};

constexpr std::size_t kLongestCommand = 45;

/// So many characters, the last of them the dots: one of docker's, three of podman's. Counted by characters, as Go's runes are.
std::string shorten(const std::string& text, bool podman) {
  const std::string dots = podman ? "..." : "…";
  const std::size_t kept = kLongestCommand - (podman ? 3 : 1);
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  if (static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_start)) <=
      kLongestCommand)
    return text;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_start(text[i]) && ++characters > kept) return text.substr(0, i) + dots;
  }
  return text;
}

std::string id_of(const image::HistoryStep& step, bool no_trunc) {
  return no_trunc || step.image.starts_with('<') ? step.image : base::short_id(step.image);
}

base::Json row_of(const image::HistoryStep& step,
                  const Flags& flags,
                  base::Moment now,
                  bool podman = false) {
  std::string created_by = step.created_by;
  std::replace(created_by.begin(), created_by.end(), '\t', ' ');
  const bool is_dated = step.created != base::Moment{};
  const std::string created_at =
      is_dated ? base::rfc3339(std::chrono::floor<std::chrono::seconds>(step.created)) : "N/A";
  return {{"ID", id_of(step, flags.no_trunc)},
          {"CreatedAt", created_at},
          {"CreatedSince", flags.human ? ago(step.created, now) : created_at},
          {"CreatedBy", flags.no_trunc ? created_by : shorten(created_by, podman)},
          {"Size",
           flags.human ? base::human_size(static_cast<double>(step.size), 3)
                       : std::to_string(step.size)},
          {"Comment", step.comment}};
}

/// What Podman's templates know besides.
base::Json podman_row(const image::HistoryStep& step, const Flags& flags, base::Moment now) {
  base::Json row = row_of(step, flags, now, /*podman=*/true);
  row["Created"] = row["CreatedSince"];
  row["Tags"] = "[" + base::join(step.names, " ") + "]";
  return row;
}

base::Json podman_json(const image::HistoryStep& step) {
  const std::string id = step.image.substr(step.image.find(':') + 1);
  base::Json json = {{"id", id},
                     {"created", base::rfc3339(step.created)},
                     {"Created", base::rfc3339(step.created)},
                     {"CreatedBy", step.created_by},
                     {"size", step.size}};
  if (!step.names.empty()) json["tags"] = step.names;
  if (!step.comment.empty()) json["comment"] = step.comment;
  return json;
}

int show(Session& session, const Flags& flags, const std::string& text) {
  auto& images = session.engine().images;
  const auto image = images.get(text);
  require_platform(image, text, flags.platform);
  std::vector<base::Json> rows;
  for (auto step : image::history(images, image)) {
    if (session.is_podman() && !step.image.starts_with('<'))
      step.image = step.image.substr(step.image.find(':') + 1);
    if (!session.is_podman())
      rows.push_back(row_of(step, flags, base::now()));
    else
      rows.push_back(flags.format == "json" ? podman_json(step)
                                            : podman_row(step, flags, base::now()));
  }
  render::Listing listing;
  listing.table = flags.human || session.is_podman()
                      ? "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
                      : "{{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
  listing.headers = {{"ID", session.is_podman() ? "ID" : "IMAGE"},
                     {"CreatedSince", "CREATED"},
                     {"CreatedAt", "CREATED AT"},
                     {"CreatedBy", "CREATED BY"},
                     {"Size", "SIZE"},
                     {"Comment", "COMMENT"}};
  listing.type = session.is_podman() ? "images.historyReporter" : "*formatter.historyContext";
  listing.name = "history";
  listing.style = session.is_podman() ? render::Style::podman : render::Style::docker;
  render::print_listing(listing, std::move(rows), flags.format, flags.quiet);
  return 0;
}

}  // namespace

void register_history(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"history", "image history"},
      .usage = "[OPTIONS] IMAGE",
      .summary = "Show the history of an image",
      .arity = {1, 1},
      .completes = Completes::images,
      .declare =
          [flags](FlagTable& table) {
            table.add_option("--format",
                             flags->format,
                             "Format output using a custom template: 'table', 'table TEMPLATE', "
                             "'json' or a Go template");
            table.add_flag(
                "-H,--human", flags->human, "Print sizes and dates in human readable format");
            table.add_flag("--no-trunc", flags->no_trunc, "Don't truncate output");
            table.add_flag("-q,--quiet", flags->quiet, "Only show image IDs");
            table.add_option("--platform", flags->platform, "Show history for the given platform");
          },
      .act = [flags](Session& session,
                     const Words& words) { return show(session, *flags, words[0]); },
  });
}

}  // namespace cli
