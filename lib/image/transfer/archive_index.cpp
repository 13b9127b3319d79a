// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/archive_index.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "image/platform.hpp"
#include "image/transfer/foreign.hpp"
#include "image/transfer/manifest.hpp"

namespace image {

namespace {

constexpr int kDeepestIndex = 4;
constexpr std::size_t kMostImages = 10'000;

std::string blob_path(const std::string& digest) {
  if (!is_digest(digest) || !digest.starts_with("sha256:")) {
    base::fail(base::Kind::corrupt,
               "the archive names a blob \"{}\", which is no sha256 digest",
               base::printable(digest));
  }
  return "blobs/sha256/" + digest.substr(7);
}

/// A blob of JSON, verified; nothing when the archive has none.
std::optional<std::string> find_blob(ArchiveContent& content, const std::string& digest) {
  auto bytes = content.text(blob_path(digest));
  if (bytes && base::sha256_digest(*bytes) != digest) {
    base::fail(base::Kind::corrupt, "blob {} of the archive has another digest", digest);
  }
  return bytes;
}

std::string get_blob(ArchiveContent& content, const std::string& digest) {
  if (auto bytes = find_blob(content, digest)) return std::move(*bytes);
  base::fail(base::Kind::corrupt, "blob {} is missing from the archive", digest);
}

bool is_index(const Descriptor& d) {
  return d.media_type == kOciIndex || d.media_type == kDockerList;
}

std::optional<Reference> try_parse_name(const std::string& text) {
  try {
    return parse_reference(text).with_default_tag();
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

/// The name of an entry of index.json. The OCI annotation is a whole name as podman writes it, but
/// only a tag as docker does, beside its own annotation.
std::optional<Reference> name_of(const Descriptor& d) {
  if (const auto found = d.annotations.find(kContainerdName); found != d.annotations.end()) {
    return try_parse_name(found->second);
  }
  const auto found = d.annotations.find(kRefName);
  const bool is_whole =
      found != d.annotations.end() && found->second.find_first_of("/:") != std::string::npos;
  return is_whole ? try_parse_name(found->second) : std::nullopt;
}

/// Reads index.json.
class LayoutReader {
 public:
  LayoutReader(ArchiveContent& content, const std::string& platform)
      : content_(content), wanted_(platform.empty() ? host_platform() : parse_platform(platform)) {}

  std::vector<ArchivedImage> read(const std::string& index_json) {
    const auto index = read_foreign<Index>(index_json, "index.json");
    if (index.manifests.size() > kMostImages)
      base::fail(base::Kind::corrupt, "index.json names too many images");
    for (const auto& descriptor : index.manifests) {
      if (!is_attestation(descriptor)) add(descriptor);
    }
    return std::move(images_);
  }

 private:
  void add(const Descriptor& entry) {
    const Descriptor manifest = choose(entry, 0);
    const std::string bytes = get_blob(content_, manifest.digest);
    const auto document = read_foreign<Manifest>(bytes, "manifest");
    const std::string& id = document.config.digest;
    auto at = std::find(ids_.begin(), ids_.end(), id);
    if (at == ids_.end()) {
      ids_.push_back(id);
      images_.push_back(read_manifest(document, bytes, manifest.media_type));
      at = ids_.end() - 1;
    }
    ArchivedImage& image = images_[static_cast<std::size_t>(at - ids_.begin())];
    if (auto name = name_of(entry)) image.names.push_back(std::move(*name));
    take_source(image, entry, id);
  }

  /// The manifest that an entry stands for: itself, or the one of an index that fits.
  Descriptor choose(const Descriptor& entry, int depth) {
    if (!is_index(entry)) return entry;
    if (depth == kDeepestIndex)
      base::fail(base::Kind::corrupt, "indexes of the archive are nested too deeply");
    const auto index = read_foreign<Index>(get_blob(content_, entry.digest), "index");
    const Descriptor* only = nullptr;
    int present = 0;
    for (const auto& descriptor : index.manifests) {
      // Docker saves the index whole, but of its images only those that were there.
      if (is_attestation(descriptor) || !content_.text(blob_path(descriptor.digest))) continue;
      if (descriptor.platform && fits(*descriptor.platform, wanted_))
        return choose(descriptor, depth + 1);
      only = &descriptor;
      ++present;
    }
    if (present != 1)
      base::fail(base::Kind::not_found, "the archive has no image for {}", wanted_.text());
    return choose(*only, depth + 1);
  }

  ArchivedImage read_manifest(const Manifest& document,
                              const std::string& bytes,
                              const std::string& media_type) {
    ArchivedImage image;
    image.manifest_bytes = bytes;
    image.media_type = document.media_type.empty() ? media_type : document.media_type;
    image.config_bytes = get_blob(content_, document.config.digest);
    image.descriptors = document.layers;
    for (const auto& layer : document.layers) image.layers.push_back(blob_path(layer.digest));
    return image;
  }

  /// What was known of the image where it was saved. Each claim is checked by digests; one that
  /// cannot be is dropped.
  void take_source(ArchivedImage& image, const Descriptor& entry, const std::string& id) {
    const auto named = entry.annotations.find(kSourceManifest);
    const auto digests = entry.annotations.find(kSourceDigests);
    if (named == entry.annotations.end() || digests == entry.annotations.end()) return;
    if (!is_digest(named->second)) return;
    const auto bytes = find_blob(content_, named->second);
    if (!bytes) return;
    const auto manifest = read_foreign<Manifest>(*bytes, "manifest");
    if (manifest.config.digest != id) return;
    image.manifest_bytes = *bytes;
    image.media_type = manifest.media_type.empty() ? kOciManifest : manifest.media_type;
    for (const auto& text : base::split(digests->second, ' '))
      take_digest(image, text, named->second, id);
  }

  /// An index that lists the manifest, or another manifest of the image, as it was pushed to a registry.
  static bool stands_for(const std::string& bytes,
                         const std::string& manifest,
                         const std::string& id) {
    if (!read_document(bytes, "").is_index())
      return read_foreign<Manifest>(bytes, "manifest").config.digest == id;
    const auto index = read_foreign<Index>(bytes, "index");
    return std::any_of(index.manifests.begin(), index.manifests.end(), [&](const auto& d) {
      return d.digest == manifest;
    });
  }

  void take_digest(ArchivedImage& image,
                   const std::string& text,
                   const std::string& manifest,
                   const std::string& id) {
    const auto reference = try_parse_name(text);
    if (!reference || reference->digest.empty() || !reference->tag.empty()) return;
    if (reference->digest != manifest) {
      const auto bytes = find_blob(content_, reference->digest);
      if (!bytes) return;
      if (!stands_for(*bytes, manifest, id)) return;
      image.indexes[reference->digest] = *bytes;
    }
    image.repository_digests.emplace_back(reference->repository(), reference->digest);
  }

  ArchiveContent& content_;
  Platform wanted_;
  std::vector<ArchivedImage> images_;
  std::vector<std::string> ids_;
};

/// An entry of `docker save`'s manifest.json.
struct SavedEntry {
  std::string config;
  std::vector<std::string> tags, layers;
};

template <typename Io>
void fields(Io& io, SavedEntry& e) {
  io("Config", e.config);
  io.maybe("RepoTags", e.tags);
  io.maybe("Layers", e.layers);
}

ArchivedImage read_saved(ArchiveContent& content, const SavedEntry& entry) {
  ArchivedImage image;
  auto config = content.text(entry.config);
  if (!config)
    base::fail(base::Kind::corrupt, "the archive has no config {}", base::printable(entry.config));
  image.config_bytes = std::move(*config);
  image.layers = entry.layers;
  for (const auto& tag : entry.tags) {
    if (auto name = try_parse_name(tag)) image.names.push_back(std::move(*name));
  }
  return image;
}

/// A docker-dir: manifest.json is the image's manifest, blobs are files called by their digits.
ArchivedImage read_docker_dir(ArchiveContent& content, const std::string& bytes) {
  const auto manifest = read_foreign<Manifest>(bytes, "manifest.json");
  const auto path_of = [](const Descriptor& d) {
    return blob_path(d.digest).substr(std::string("blobs/sha256/").size());
  };
  ArchivedImage image;
  image.manifest_bytes = bytes;
  image.media_type = manifest.media_type.empty() ? kOciManifest : manifest.media_type;
  auto config = content.text(path_of(manifest.config));
  if (!config || base::sha256_digest(*config) != manifest.config.digest) {
    base::fail(base::Kind::corrupt, "config {} is missing or damaged", manifest.config.digest);
  }
  image.config_bytes = std::move(*config);
  image.descriptors = manifest.layers;
  for (const auto& layer : manifest.layers) image.layers.push_back(path_of(layer));
  return image;
}

/// Names that only manifest.json has: some writers of the hybrid form leave them out of index.json.
void add_names(ArchiveContent& content, std::vector<ArchivedImage>& images) {
  const auto text = content.text("manifest.json");
  if (!text) return;
  const auto json = parse_foreign(*text, "manifest.json");
  if (!json.is_array()) return;
  for (const auto& item : json) {
    const auto entry = base::from_json<SavedEntry>(item, "manifest.json");
    for (auto& image : images) {
      if (!image.names.empty() || content.text(entry.config) != image.config_bytes) continue;
      for (const auto& tag : entry.tags) {
        if (auto name = try_parse_name(tag)) image.names.push_back(std::move(*name));
      }
    }
  }
}

}  // namespace

std::vector<ArchivedImage> read_images(ArchiveContent& content, const std::string& platform) {
  if (const auto index = content.text("index.json")) {
    auto images = LayoutReader(content, platform).read(*index);
    add_names(content, images);
    return images;
  }
  const auto text = content.text("manifest.json");
  if (!text) base::fail(base::Kind::usage, "unrecognized image format");
  const auto json = parse_foreign(*text, "manifest.json");
  if (json.is_object()) return {read_docker_dir(content, *text)};
  std::vector<ArchivedImage> images;
  for (const auto& entry : base::from_json<std::vector<SavedEntry>>(json, "manifest.json")) {
    if (images.size() == kMostImages)
      base::fail(base::Kind::corrupt, "manifest.json names too many images");
    images.push_back(read_saved(content, entry));
  }
  return images;
}

}  // namespace image
