// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/push_plan.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/sha256.hpp"

namespace image {

namespace {

using base::Json;
using base::Kind;

constexpr std::size_t kMostMounts = 3;  // repositories that are asked for one layer

enum class Compression { plain, gzip, zstd };

Compression compression_of(const std::string& media_type) {
  if (media_type.ends_with("gzip")) return Compression::gzip;
  if (media_type.ends_with("zstd")) return Compression::zstd;
  return Compression::plain;
}

std::string layer_type(Compression compression, bool is_docker) {
  const char* const oci[] = {"", "+gzip", "+zstd"};
  const char* const docker[] = {"", ".gzip", ".zstd"};
  const auto index = static_cast<std::size_t>(compression);
  if (is_docker) return std::string("application/vnd.docker.image.rootfs.diff.tar") + docker[index];
  return std::string(kOciLayer) + oci[index];
}

std::string manifest_type(const Image& image, const std::string& format) {
  if (format == "docker" || format == "v2s2") return kDockerManifest;
  if (format == "oci") return kOciManifest;
  if (!format.empty())
    base::fail(Kind::unsupported, "manifests of format \"{}\" are not supported", format);
  return image.media_type == kDockerManifest ? kDockerManifest : kOciManifest;
}

}  // namespace

PushPlan::PushPlan(storage::Store& store, const Image& image, const PushRequest& request)
    : store_(store),
      images_(store),
      image_(image),
      force_compression_(request.force_compression),
      media_type_(manifest_type(image, request.format)),
      config_bytes_(images_.blob(image.id)),
      diff_ids_(base::from_json_text<Config>(config_bytes_, "image config").rootfs.diff_ids) {
  read_original();
}

void PushPlan::read_original() {
  const auto bytes = images_.find_blob(image_.manifest);
  if (!bytes) return;
  Manifest manifest = base::from_json_text<Manifest>(*bytes, "manifest");
  if (manifest.layers.size() != diff_ids_.size()) return;
  original_bytes_ = *bytes;
  original_ = std::move(manifest);
  for (const auto& text : images_.repository_digests(image_.id))
    was_pulled_ = was_pulled_ || parse_reference(text).digest == image_.manifest;
}

bool PushPlan::will_do(const Descriptor& blob) const {
  const Compression compression = compression_of(blob.media_type);
  if (force_compression_) return compression == Compression::gzip;
  // Docker's manifests know no zstd where they were not made with it.
  return compression == Compression::gzip || (compression == Compression::zstd && !is_docker());
}

/// What the manifest says comes first; that of an image that was pulled is right in any form.
std::vector<Descriptor> PushPlan::known_forms(std::size_t position, const std::string& diff_id) {
  std::vector<Descriptor> forms;
  const bool is_same_type = media_type_ == image_.media_type && !force_compression_;
  if (!original_bytes_.empty()) {
    const Descriptor& first = original_.layers[position];
    if (will_do(first) || (was_pulled_ && is_same_type)) forms.push_back(first);
  }
  for (const auto& source : storage::LayerStore(store_).sources(diff_id)) {
    Descriptor form;
    form.digest = source.digest;
    form.size = source.size;
    form.media_type = source.media_type;
    const bool is_first = !forms.empty() && forms[0].digest == form.digest;
    if (will_do(form) && !is_first) forms.push_back(form);
  }
  return forms;
}

/// Repositories at the same registry whose images have a layer, by layer.
std::map<std::string, std::vector<std::string>> PushPlan::mounts(const Reference& target) {
  std::map<std::string, std::vector<std::string>> found;
  storage::LayerStore store(store_);
  for (const auto& [image, digests] : images_.all_repository_digests()) {
    std::set<std::string> paths;
    for (const auto& text : digests) {
      const Reference name = parse_reference(text);
      if (name.domain == target.domain && name.path != target.path) paths.insert(name.path);
    }
    if (paths.empty()) continue;
    for (const auto& layer : store.of_image(image)) {
      auto& known = found[layer.id];
      for (const auto& path : paths) {
        const bool is_known = std::find(known.begin(), known.end(), path) != known.end();
        if (!is_known && known.size() < kMostMounts) known.push_back(path);
      }
    }
  }
  return found;
}

std::vector<LayerPush::Layer> PushPlan::layers(const Reference& target) {
  std::vector<LayerPush::Layer> layers;
  storage::LayerStore store(store_);
  std::set<std::string> seen;
  auto mountable = mounts(target);
  for (std::size_t i = 0; i < diff_ids_.size(); ++i) {
    const std::string& id = diff_ids_[i];
    if (!seen.insert(id).second) continue;
    const auto layer = store.lease(id) ? store.find(id) : std::nullopt;
    if (!layer) base::fail(Kind::corrupt, "layer {} is missing from the store", id);
    auto forms = known_forms(i, id);
    const bool is_plain =
        !forms.empty() && compression_of(forms[0].media_type) == Compression::plain;
    layers.push_back({*layer, std::move(forms), mountable[id], is_plain});
  }
  return layers;
}

Descriptor PushPlan::config() const {
  Descriptor descriptor;
  descriptor.media_type = is_docker() ? kDockerConfig : kOciConfig;
  descriptor.digest = image_.id;
  descriptor.size = static_cast<std::int64_t>(config_bytes_.size());
  return descriptor;
}

/// A blob that came from elsewhere has the type of where it came from.
Descriptor PushPlan::as_listed(Descriptor blob) const {
  blob.media_type = layer_type(compression_of(blob.media_type), is_docker());
  blob.annotations.clear();
  return blob;
}

Document PushPlan::manifest(const std::vector<LayerPush::Layer>& layers) const {
  std::map<std::string, Descriptor> blobs;
  for (const auto& layer : layers) blobs[layer.layer.id] = layer.blob;
  const bool has_original = !original_bytes_.empty() && media_type_ == image_.media_type;
  bool is_same = has_original;
  for (std::size_t i = 0; has_original && i < diff_ids_.size(); ++i)
    is_same = is_same && original_.layers[i].digest == blobs[diff_ids_[i]].digest;
  if (is_same) return {original_bytes_, image_.media_type, image_.manifest};
  // What else the manifest says of the image (annotations) stays.
  Json json = has_original ? base::parse_json(original_bytes_, "manifest") : Json::object();
  json["schemaVersion"] = 2;
  json["mediaType"] = media_type_;
  json["config"] = base::to_json(config());
  json["layers"] = Json::array();
  for (const auto& id : diff_ids_) json["layers"].push_back(base::to_json(as_listed(blobs[id])));
  std::string bytes = json.dump();
  std::string digest = base::sha256_digest(bytes);
  return {std::move(bytes), media_type_, std::move(digest)};
}

}  // namespace image
