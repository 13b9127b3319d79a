// SPDX-License-Identifier: Apache-2.0
#include "commands/image_rows.hpp"

#include <map>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

using base::Json;
using image::Listed;

constexpr const char* kNone = "<none>";

/// One row's name: tag or digest are "<none>" where there is none.
struct Name {
  std::string repository = kNone, tag = kNone, digest = kNone;
};

std::string hex_of(const std::string& id) {
  return id.substr(id.find(':') + 1);
}

/// Docker's rule: each tag a row, with the digests of its repository when they are shown; a repository that has
/// digests alone is a row without a tag.
std::vector<Name> docker_names(const Listed& listed, bool with_digests) {
  std::map<std::string, std::vector<std::string>> tags, digests;
  for (const auto& name : listed.names) {
    const auto reference = image::parse_reference(name);
    tags[reference.familiar_repository()].push_back(reference.tag);
  }
  for (const auto& name : listed.digests) {
    const auto reference = image::parse_reference(name);
    digests[reference.familiar_repository()].push_back(reference.digest);
  }
  std::vector<Name> names;
  for (const auto& [repository, its_tags] : tags) {
    for (const auto& tag : its_tags) {
      if (!with_digests) {
        names.push_back({repository, tag, kNone});
      } else if (digests[repository].empty()) {
        // A name that was given here: since Docker 29 it has the digest of the manifest, too.
        names.push_back({repository, tag, listed.image.manifest});
      } else {
        for (const auto& digest : digests[repository]) names.push_back({repository, tag, digest});
      }
    }
  }
  for (const auto& [repository, its_digests] : digests) {
    if (tags.contains(repository)) continue;
    if (!with_digests) {
      names.push_back({repository, kNone, kNone});
      continue;
    }
    for (const auto& digest : its_digests) names.push_back({repository, kNone, digest});
  }
  if (names.empty()) names.push_back({});
  return names;
}

/// Podman's: each tag a row, and "<none>" for an image without.
std::vector<Name> podman_names(const Listed& listed) {
  std::vector<Name> names;
  for (const auto& full : listed.names) {
    const auto reference = image::parse_reference(full);
    names.push_back({reference.repository(), reference.tag, listed.image.manifest});
  }
  if (!names.empty()) return names;
  const std::string repository =
      listed.digests.empty() ? kNone : image::parse_reference(listed.digests[0]).repository();
  return {{repository, kNone, listed.image.manifest}};
}

std::int64_t unix_seconds(base::Moment moment) {
  return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

Json labels_or_null(const image::Image& image) {
  return image.labels.empty() ? Json() : Json(image.labels);
}

}  // namespace

std::string ago(base::Moment moment, base::Moment now) {
  if (moment == base::Moment{}) return "N/A";
  return base::human_duration(now - moment) + " ago";
}

std::vector<Json> docker_rows(const std::vector<Listed>& images, const RowOptions& options) {
  std::vector<Json> rows;
  for (const auto& listed : images) {
    const auto& image = listed.image;
    const bool is_dated = image.created != base::Moment{};
    for (const auto& name : docker_names(listed, options.digests)) {
      rows.push_back({{"ID", options.no_trunc ? image.id : base::short_id(image.id)},
                      {"Repository", name.repository},
                      {"Tag", name.tag},
                      {"Digest", name.digest},
                      {"CreatedSince", ago(image.created, options.now)},
                      {"CreatedAt", is_dated ? base::local_time(image.created) : "N/A"},
                      {"Size", base::human_size(static_cast<double>(image.size), 3)},
                      {"Containers", "N/A"},
                      {"SharedSize", "N/A"},
                      {"UniqueSize", "N/A"}});
    }
  }
  return rows;
}

std::vector<Json> podman_rows(const std::vector<Listed>& images, const RowOptions& options) {
  std::vector<Json> rows;
  for (const auto& listed : images) {
    const auto& image = listed.image;
    for (const auto& name : podman_names(listed)) {
      rows.push_back({{"ID", options.no_trunc ? image.id : base::short_id(image.id)},
                      {"Id", hex_of(image.id)},
                      {"Repository", name.repository},
                      {"Tag", name.tag},
                      {"Digest", name.digest},
                      {"Created", ago(image.created, options.now)},
                      {"CreatedSince", ago(image.created, options.now)},
                      {"CreatedAt", base::local_time(image.created)},
                      {"CreatedTime", base::local_time(image.created)},
                      {"Size", base::human_size(static_cast<double>(image.size), 3)},
                      {"VirtualSize", image.size},
                      {"SharedSize", 0},
                      {"Containers", listed.containers},
                      {"ParentId", ""},
                      {"Dangling", listed.is_dangling()},
                      {"ReadOnly", image.read_only},
                      {"IsReadOnly", image.read_only},
                      {"Labels", labels_or_null(image)},
                      {"Names", listed.names},
                      {"History", base::join(names_history(listed.names, image), ", ")},
                      {"RepoTags", listed.names},
                      {"RepoDigests", listed.digests},
                      {"Os", image.platform.os},
                      {"Arch", image.platform.architecture}});
    }
  }
  return rows;
}

std::vector<Json> podman_json(const std::vector<Listed>& images) {
  std::vector<Json> rows;
  for (const auto& listed : images) {
    const auto& image = listed.image;
    for (const auto& name : podman_names(listed)) {
      rows.push_back({{"Id", hex_of(image.id)},
                      {"ParentId", ""},
                      {"RepoDigests", listed.digests},
                      {"Repository", name.repository},
                      {"Tag", name.tag},
                      {"Size", image.size},
                      {"SharedSize", 0},
                      {"VirtualSize", image.size},
                      {"Labels", labels_or_null(image)},
                      {"Containers", listed.containers},
                      {"Names", listed.names},
                      {"Digest", image.manifest},
                      {"History", names_history(listed.names, image)},
                      {"Created", unix_seconds(image.created)},
                      {"CreatedAt", base::rfc3339(image.created)}});
      if (image.read_only) rows.back()["ReadOnly"] = true;
    }
  }
  return rows;
}

std::vector<Json> podman_json_template(const std::vector<Listed>& images) {
  auto rows = podman_json(images);
  for (auto& row : rows) {
    row["repository"] = row["Repository"];
    row["tag"] = row["Tag"];
    row["RepoTags"] = row["Names"];
    for (const char* field : {"Repository", "Tag", "CreatedAt"}) row.erase(field);
  }
  return rows;
}

}  // namespace cli
