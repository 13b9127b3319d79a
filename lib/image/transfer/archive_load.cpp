// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/archive_load.hpp"

#include <algorithm>
#include <unistd.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "image/image_store.hpp"
#include "image/platform.hpp"
#include "image/transfer/archive_content.hpp"
#include "image/transfer/archive_index.hpp"
#include "image/transfer/archive_source.hpp"
#include "image/transfer/fixup.hpp"
#include "image/transfer/foreign.hpp"
#include "image/transfer/progress.hpp"

namespace image {

namespace {

std::unique_ptr<ArchiveContent> open(storage::Store& store, const LoadRequest& request, int in) {
  if (!request.path.empty() && base::is_directory(request.path))
    return open_archive_directory(store, request.path);
  return read_archive(store, open_archive_source(request.path, in));
}

/// The compressed form that a layer came in, where registries know such a form.
std::optional<storage::LayerSource> source_of(const storage::WrittenLayer& written) {
  if (written.compression != "gzip" && written.compression != "zstd") return std::nullopt;
  return storage::LayerSource{
      written.digest, written.compressed_size, std::string(kOciLayer) + "+" + written.compression};
}

class Loading {
 public:
  Loading(storage::Store& store, ArchiveContent& content, Progress& progress)
      : store_(store), layers_(store), content_(content), progress_(progress) {}

  Image load(const ArchivedImage& archived) {
    const auto config = read_foreign<Config>(archived.config_bytes, "image config");
    check(archived, config);
    progress_.begin_copy();
    NewImage image;
    for (std::size_t i = 0; i < archived.layers.size(); ++i) {
      commit(content_.layer(archived.layers[i]), config.rootfs.diff_ids[i]);
      image.layer_ids.push_back(config.rootfs.diff_ids[i]);
      progress_.add_existing(content_.layer(archived.layers[i]).written.digest);
    }
    progress_.end_copy(base::sha256_digest(archived.config_bytes));
    if (const auto fixup = make_fixup(store_, image.layer_ids)) image.layer_ids.push_back(*fixup);
    image.config_bytes = archived.config_bytes;
    image.manifest_bytes = archived.manifest_bytes;
    image.manifest_media_type = archived.media_type;
    if (image.manifest_bytes.empty()) make_manifest(image, config);
    image.names = archived.names;
    image.repository_digests = archived.repository_digests;
    image.blobs = archived.indexes;
    return ImageStore(store_).add(image);
  }

 private:
  /// Every layer is what the manifest and the config say, before any becomes visible.
  void check(const ArchivedImage& archived, const Config& config) {
    const auto& diff_ids = config.rootfs.diff_ids;
    if (diff_ids.size() != archived.layers.size()) {
      base::fail(base::Kind::corrupt,
                 "the archive has {} layers of an image whose config names {}",
                 archived.layers.size(),
                 diff_ids.size());
    }
    for (std::size_t i = 0; i < diff_ids.size(); ++i) {
      const auto& layer = content_.layer(archived.layers[i]);
      const bool is_named = i >= archived.descriptors.size() ||
                            layer.written.digest == archived.descriptors[i].digest;
      if (is_named && layer.written.diff_id == diff_ids[i]) continue;
      base::fail(base::Kind::corrupt,
                 "layer {} of the archive has another digest than its image says",
                 base::printable(archived.layers[i]));
    }
  }

  void commit(ArchivedLayer& layer, const std::string& diff_id) {
    if (layer.directory.empty()) {
      // The image before has ended the leases; its layers and ours may have been removed since.
      if (layers_.lease(diff_id)) return;
      base::fail(base::Kind::in_use,
                 "layer {} was removed while it was loaded: load the archive again",
                 diff_id);
    }
    keep_implicit_directories(layer.directory, layer.written.implicit_directories);
    layers_.commit({layer.written.diff_id, "", layer.written.size, layer.written.tar_size},
                   layer.directory,
                   source_of(layer.written));
    layer.directory.clear();
  }

  /// An archive without manifests gets one whose layers are as they would be saved: plain tars.
  void make_manifest(NewImage& image, const Config& config) {
    Manifest manifest;
    manifest.media_type = kOciManifest;
    manifest.config = {kOciConfig,
                       base::sha256_digest(image.config_bytes),
                       static_cast<std::int64_t>(image.config_bytes.size()),
                       {},
                       {},
                       {}};
    for (const auto& diff_id : config.rootfs.diff_ids) {
      const auto layer = layers_.find(diff_id);
      manifest.layers.push_back({kOciLayer, diff_id, layer ? layer->tar_size : 0, {}, {}, {}});
    }
    base::Json json = base::to_json(manifest);
    json["schemaVersion"] = 2;
    image.manifest_bytes = json.dump();
    image.manifest_media_type = kOciManifest;
  }

  storage::Store& store_;
  storage::LayerStore layers_;
  ArchiveContent& content_;
  Progress& progress_;
};

bool has_platform(const ArchivedImage& archived, const Platform& wanted) {
  const auto config = read_foreign<Config>(archived.config_bytes, "image config");
  return fits({config.os, config.architecture, config.variant}, wanted);
}

/// The archive and the images in it. Podman tries several formats, and tells what each one misses.
std::pair<std::unique_ptr<ArchiveContent>, std::vector<ArchivedImage>>
recognize(storage::Store& store, const LoadRequest& request, int in) {
  try {
    auto content = open(store, request, in);
    auto images = read_images(*content, request.platform);
    return {std::move(content), std::move(images)};
  } catch (const base::Error& e) {
    if (!request.podman || e.kind() != base::Kind::corrupt) throw;
    base::fail(base::Kind::corrupt,
               "payload does not match any of the supported image formats:\n * {}",
               e.message());
  }
}

}  // namespace

LoadResult load_archive(storage::Store& store, const LoadRequest& request, int in) {
  store.sweep_staging();
  auto [content, images] = recognize(store, request, in);
  if (!request.platform.empty()) {
    const Platform wanted = parse_platform(request.platform);
    std::erase_if(images, [&](const auto& image) { return !has_platform(image, wanted); });
    if (images.empty())
      base::fail(base::Kind::not_found, "the archive has no image for {}", wanted.text());
  }
  const bool tells = request.podman && !request.quiet;
  Progress progress(tells ? Progress::Words::podman : Progress::Words::none, STDERR_FILENO);
  LoadResult result;
  for (auto& archived : images) {
    const Image image = Loading(store, *content, progress).load(archived);
    result.images.push_back(image.id);
    // Podman names the latest first.
    if (request.podman) std::reverse(archived.names.begin(), archived.names.end());
    for (const auto& name : archived.names) result.names.push_back(name.familiar());
    if (archived.names.empty()) result.names.push_back(image.id);
  }
  return result;
}

}  // namespace image
