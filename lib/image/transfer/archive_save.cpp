// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/archive_save.hpp"

#include <algorithm>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "image/image_store.hpp"
#include "image/platform.hpp"
#include "image/transfer/archive_index.hpp"
#include "image/transfer/archive_sink.hpp"
#include "image/transfer/layer_blob.hpp"
#include "image/transfer/progress.hpp"

namespace image {

namespace {

/// Docker's archive is for its maker alone; podman's is a file like others, within the umask.
constexpr unsigned kDockerFileMode = 0600, kPodmanFileMode = 0644;

constexpr const char* kDockerPlainLayer = "application/vnd.docker.image.rootfs.diff.tar";

/// One image with the names it is saved under.
struct Selected {
  Image image;
  std::vector<Reference> names;
};

enum class Format { docker_archive, oci_archive, oci_dir, docker_dir };

Format parse_format(const std::string& text) {
  if (text.empty() || text == "docker-archive") return Format::docker_archive;
  if (text == "oci-archive") return Format::oci_archive;
  if (text == "oci-dir") return Format::oci_dir;
  if (text == "docker-dir") return Format::docker_dir;
  base::fail(base::Kind::usage,
             "unknown format \"{}\": choose docker-archive, oci-archive, oci-dir or docker-dir",
             text);
}

class Selection {
 public:
  explicit Selection(storage::Store& store) : images_(store) {}

  /// By id: the image without names. By a name with tag: that name. By a bare repository: all its
  /// tags.
  void add(const std::string& text) {
    if (is_bare_repository(text) && add_repository(parse_reference(text).repository())) return;
    const Match match = images_.get_match(text);
    Selected& selected = find(match.image);
    if (match.reference && match.reference->digest.empty()) add_name(selected, *match.reference);
  }

  std::vector<Selected>& all() { return all_; }

 private:
  static bool is_bare_repository(const std::string& text) {
    if (is_digest(text)) return false;
    try {
      const Reference reference = parse_reference(text);
      return reference.tag.empty() && reference.digest.empty();
    } catch (const base::Error&) {
      return false;  // e.g. 64 digits, which are an id
    }
  }

  bool add_repository(const std::string& repository) {
    bool found = false;
    for (const auto& [id, names] : images_.all_names()) {
      for (const auto& name : names) {
        const Reference reference = parse_reference(name);
        if (reference.repository() != repository) continue;
        add_name(find(*images_.find_by_id(id)), reference);
        found = true;
      }
    }
    return found;
  }

  Selected& find(const Image& image) {
    for (auto& selected : all_) {
      if (selected.image.id == image.id) return selected;
    }
    return all_.emplace_back(Selected{image, {}});
  }

  static void add_name(Selected& selected, const Reference& name) {
    const bool has = std::any_of(selected.names.begin(),
                                 selected.names.end(),
                                 [&](const auto& other) { return other.full() == name.full(); });
    if (!has) selected.names.push_back(name);
  }

  ImageStore images_;
  std::vector<Selected> all_;
};

Descriptor describe(const char* media_type, const std::string& bytes) {
  Descriptor d;
  d.media_type = media_type;
  d.digest = base::sha256_digest(bytes);
  d.size = static_cast<std::int64_t>(bytes.size());
  return d;
}

std::string dump_with_version(base::Json json) {
  json["schemaVersion"] = 2;
  return json.dump();
}

class Saving {
 public:
  Saving(storage::Store& store, Format format, const SaveRequest& request, ArchiveSink& sink)
      : store_(store),
        images_(store),
        format_(format),
        sink_(sink),
        progress_(request.tells ? Progress::Words::podman : Progress::Words::none, STDERR_FILENO) {
    const bool is_oci = format == Format::oci_archive || format == Format::oci_dir;
    gzip_ = is_oci ? !request.uncompressed : format == Format::docker_dir && request.compress;
  }

  void save(const Selected& selected) {
    const Config config = images_.config(selected.image);
    std::vector<Descriptor> layers;
    for (const auto& diff_id : config.rootfs.diff_ids) layers.push_back(put_layer(diff_id));
    const std::string config_bytes = images_.blob(selected.image.id);
    put_blob(selected.image.id, config_bytes);
    progress_.end_copy(selected.image.id);
    const Descriptor manifest = put_manifest(selected.image, config_bytes, layers);
    if (format_ == Format::docker_dir) return;
    add_to_index(selected, put_source(selected, manifest));
    add_to_list(selected, layers);
  }

  void finish() {
    if (format_ == Format::docker_dir) {
      sink_.put("version", "Directory Transport Version: 1.1\n");
    } else {
      sink_.put("index.json", dump_with_version({{"mediaType", kOciIndex}, {"manifests", index_}}));
      if (format_ == Format::docker_archive) sink_.put("manifest.json", list_.dump());
      sink_.put("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    }
    sink_.finish();
  }

 private:
  std::string blob_path(const std::string& digest) const {
    const std::string hex = digest.substr(digest.find(':') + 1);
    return format_ == Format::docker_dir ? hex : "blobs/sha256/" + hex;
  }

  void put_blob(const std::string& digest, const std::string& bytes) {
    sink_.put(blob_path(digest), bytes);
  }

  Descriptor put_layer(const std::string& diff_id) {
    if (const auto done = layers_.find(diff_id); done != layers_.end()) return done->second;
    const auto layer = storage::LayerStore(store_).find(diff_id);
    if (!layer) base::fail(base::Kind::corrupt, "layer {} is missing from the store", diff_id);
    Descriptor descriptor;
    if (gzip_) {
      const auto staging = store_.make_staging("gzip");
      const LayerBlob blob = gzip_layer(staging.path(), *layer);
      descriptor = blob.descriptor;
      if (format_ == Format::docker_dir) descriptor.media_type = kDockerLayer;
      sink_.put(blob_path(descriptor.digest), descriptor.size, [&](const storage::ByteSink& sink) {
        copy_file(blob.file.get(), sink);
      });
    } else {
      descriptor.media_type = format_ == Format::docker_dir ? kDockerPlainLayer : kOciLayer;
      descriptor.digest = diff_id;
      descriptor.size = layer->tar_size;
      sink_.put(blob_path(diff_id), layer->tar_size, [&](const storage::ByteSink& sink) {
        write_layer_tar(*layer, sink);
      });
    }
    progress_.add_existing(descriptor.digest);
    return layers_[diff_id] = descriptor;
  }

  /// The manifest that was pulled where its layers are these, else one of these layers.
  Descriptor put_manifest(const Image& image,
                          const std::string& config_bytes,
                          const std::vector<Descriptor>& layers) {
    std::string bytes = images_.find_blob(image.manifest).value_or("");
    Descriptor descriptor;
    if (!bytes.empty() && has_layers(bytes, layers)) {
      descriptor = describe(image.media_type.c_str(), bytes);
    } else {
      const bool is_docker = format_ == Format::docker_dir;
      Manifest manifest;
      manifest.media_type = is_docker ? kDockerManifest : kOciManifest;
      manifest.config = describe(is_docker ? kDockerConfig : kOciConfig, config_bytes);
      manifest.layers = layers;
      bytes = dump_with_version(base::to_json(manifest));
      descriptor = describe(manifest.media_type.c_str(), bytes);
    }
    if (format_ == Format::docker_dir)
      sink_.put("manifest.json", bytes);
    else
      put_blob(descriptor.digest, bytes);
    return descriptor;
  }

  static bool has_layers(const std::string& manifest_bytes, const std::vector<Descriptor>& layers) {
    const auto manifest = base::from_json_text<Manifest>(manifest_bytes, "manifest");
    return std::equal(layers.begin(),
                      layers.end(),
                      manifest.layers.begin(),
                      manifest.layers.end(),
                      [](auto& a, auto& b) { return a.digest == b.digest; });
  }

  /// The blobs that say where the image was pulled from; the entry of the index names them.
  Descriptor put_source(const Selected& selected, Descriptor entry) {
    const Image& image = selected.image;
    const auto digests = images_.repository_digests(image.id);
    const auto manifest = images_.find_blob(image.manifest);
    if (digests.empty() || !manifest) return entry;
    put_blob(image.manifest, *manifest);
    for (const auto& text : digests) {
      const std::string digest = parse_reference(text).digest;
      if (const auto blob = images_.find_blob(digest)) put_blob(digest, *blob);
    }
    entry.annotations[kSourceManifest] = image.manifest;
    entry.annotations[kSourceDigests] = base::join(digests, " ");
    return entry;
  }

  void add_to_index(const Selected& selected, const Descriptor& entry) {
    if (selected.names.empty()) index_.push_back(base::to_json(entry));
    for (const auto& name : selected.names) {
      Descriptor named = entry;
      named.annotations[kContainerdName] = name.full();
      named.annotations[kRefName] = name.tag;
      index_.push_back(base::to_json(named));
    }
  }

  void add_to_list(const Selected& selected, const std::vector<Descriptor>& layers) {
    base::Json tags, paths = base::Json::array(), sources = base::Json::object();
    for (const auto& name : selected.names) tags.push_back(name.familiar());
    for (const auto& layer : layers) {
      paths.push_back(blob_path(layer.digest));
      sources[layer.digest] = base::to_json(layer);
    }
    list_.push_back({{"Config", blob_path(selected.image.id)},
                     {"RepoTags", tags},
                     {"Layers", paths},
                     {"LayerSources", sources}});
  }

  storage::Store& store_;
  ImageStore images_;
  Format format_;
  bool gzip_ = false;
  ArchiveSink& sink_;
  Progress progress_;
  std::map<std::string, Descriptor> layers_;  ///< written so far, by diff id
  base::Json index_ = base::Json::array(), list_ = base::Json::array();
};

std::unique_ptr<ArchiveSink> open_sink(Format format, const SaveRequest& request, int out) {
  const bool is_directory = format == Format::oci_dir || format == Format::docker_dir;
  if (is_directory && request.path.empty()) {
    base::fail(base::Kind::usage, "format {} is a directory: name it with -o", request.format);
  }
  if (is_directory) return files_in_directory(request.path);
  if (request.path.empty()) return tar_to_descriptor(out);
  return tar_to_file(request.path, request.podman ? kPodmanFileMode : kDockerFileMode);
}

void check_platform(const Image& image, const std::string& platform) {
  if (platform.empty()) return;
  const Platform wanted = parse_platform(platform);
  if (fits(image.platform, wanted)) return;
  base::fail(base::Kind::not_found,
             "image {} is for {}, not for {}",
             image.id,
             image.platform.text(),
             wanted.text());
}

}  // namespace

void save_archive(storage::Store& store, const SaveRequest& request, int out) {
  const Format format = parse_format(request.format);
  Selection selection(store);
  for (const auto& text : request.images) selection.add(text);
  for (const auto& selected : selection.all()) check_platform(selected.image, request.platform);
  if (format == Format::docker_dir && selection.all().size() != 1) {
    base::fail(base::Kind::usage, "format docker-dir takes one image");
  }
  if (!request.name.empty())
    selection.all().at(0).names = {parse_reference(request.name).with_default_tag()};
  const auto sink = open_sink(format, request, out);
  Saving saving(store, format, request, *sink);
  for (const auto& selected : selection.all()) saving.save(selected);
  saving.finish();
}

}  // namespace image
