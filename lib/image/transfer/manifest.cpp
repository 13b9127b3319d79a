// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/manifest.hpp"

#include <set>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "image/reference.hpp"
#include "image/transfer/foreign.hpp"

namespace image {

namespace {

using base::Json;
using base::Kind;

constexpr std::int64_t kLargestLayer = std::int64_t{1} << 42;

bool is_known(const std::string& type) {
  return type == kOciIndex || type == kOciManifest || type == kDockerList ||
         type == kDockerManifest;
}

/// Types that servers of plain files send: they say nothing about what it is.
bool says_nothing(const std::string& type) {
  return type.empty() || type == "application/json" || type == "application/octet-stream" ||
         type == "text/plain";
}

std::string media_type_inside(const Json& json) {
  const auto found = json.find("mediaType");
  if (found == json.end() || found->is_null()) return {};
  std::string type;
  base::read_value(*found, type, "manifest.mediaType");
  return type;
}

void refuse_schema_1(const Json& json, const std::string& type) {
  const auto version = json.find("schemaVersion");
  const bool old =
      version != json.end() && version->is_number_integer() && version->get<int>() == 1;
  if (!old && type.find("docker.distribution.manifest.v1+") == std::string::npos) return;
  base::fail(Kind::unsupported,
             "the image is in the old manifest format (schema 1), which is not supported: it must "
             "be pushed anew");
}

bool is_layer_type(const std::string& type) {
  static const std::set<std::string> kTypes = {
      kOciLayer,
      std::string(kOciLayer) + "+gzip",
      std::string(kOciLayer) + "+zstd",
      kDockerLayer,
      "application/vnd.docker.image.rootfs.diff.tar",
      "application/vnd.docker.image.rootfs.diff.tar.zstd",
      "application/vnd.oci.image.layer.nondistributable.v1.tar",
      "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
      "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
      "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  };
  return kTypes.contains(type);
}

void check_layer(const Descriptor& layer, const std::string& where) {
  check_digest(layer.digest, where);
  if (layer.size < 0 || layer.size > kLargestLayer)
    base::fail(Kind::corrupt, "{}.size is out of range", where);
  if (!layer.urls.empty()) {
    // Following them would let a manifest make this machine fetch from anywhere.
    base::fail(Kind::unsupported,
               "{} is a foreign layer, to be fetched from elsewhere: this is not supported",
               where);
  }
  if (!is_layer_type(layer.media_type)) {
    base::fail(Kind::unsupported,
               "{} has the unsupported media type \"{}\"",
               where,
               shown(layer.media_type));
  }
}

}  // namespace

bool Document::is_index() const {
  return media_type == kOciIndex || media_type == kDockerList;
}

void check_digest(const std::string& digest, const std::string& where) {
  if (digest.starts_with("sha256:") && is_digest(digest)) return;
  if (is_digest(digest))
    base::fail(Kind::unsupported, "{}: unsupported digest algorithm in {}", where, shown(digest));
  base::fail(Kind::corrupt, "{}: \"{}\" is no digest", where, shown(digest));
}

Document read_document(std::string bytes, const std::string& content_type) {
  const std::string said = base::lower(base::trim(content_type.substr(0, content_type.find(';'))));
  if (!is_known(said) && !says_nothing(said) &&
      said.find("docker.distribution.manifest.v1+") == std::string::npos) {
    base::fail(Kind::corrupt,
               "the registry answered with \"{}\" where a manifest was expected",
               shown(said));
  }
  const Json json = parse_foreign(bytes, "manifest");
  if (!json.is_object())
    base::fail(Kind::corrupt, "manifest must be an object, not {}", json.type_name());
  const std::string inside = media_type_inside(json);
  refuse_schema_1(json, said);
  const bool lists = json.contains("manifests"),
             stacks = json.contains("layers") || json.contains("config");
  // Both at once would be an image to one reader and an index to another.
  if (lists == stacks) base::fail(Kind::corrupt, "the manifest is neither an image's nor an index");
  std::string type = is_known(said) ? said : inside;
  if (type.empty()) type = lists ? kOciIndex : kOciManifest;
  if (!inside.empty() && inside != type) {
    base::fail(Kind::corrupt,
               "the manifest says it is \"{}\", the registry says \"{}\"",
               shown(inside),
               shown(type));
  }
  Document document{std::move(bytes), type, {}};
  if (!is_known(type) || document.is_index() != lists) {
    base::fail(Kind::corrupt, "the manifest is not what its media type \"{}\" says", shown(type));
  }
  document.digest = base::sha256_digest(document.bytes);
  return document;
}

Manifest parse_manifest(const Document& document) {
  const auto manifest = read_foreign<Manifest>(document.bytes, "manifest");
  check_digest(manifest.config.digest, "manifest.config");
  if (manifest.config.size < 0 || manifest.config.size > static_cast<std::int64_t>(kMostConfig)) {
    base::fail(Kind::corrupt, "manifest.config.size is out of range");
  }
  const std::string& type = manifest.config.media_type;
  if (type != kOciConfig && type != kDockerConfig && !says_nothing(type)) {
    base::fail(Kind::unsupported, "it is no container image: its config is \"{}\"", shown(type));
  }
  std::set<std::string> distinct;
  for (const auto& layer : manifest.layers) distinct.insert(layer.digest);
  if (distinct.size() > kMostLayers) {
    base::fail(Kind::unsupported,
               "the image has {} layers, at most {} are supported",
               distinct.size(),
               kMostLayers);
  }
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    check_layer(manifest.layers[i], fmt::format("manifest.layers[{}]", i));
  }
  return manifest;
}

Index parse_index(const Document& document) {
  auto index = read_foreign<Index>(document.bytes, "index");
  for (std::size_t i = 0; i < index.manifests.size(); ++i) {
    const std::string where = fmt::format("index.manifests[{}]", i);
    check_digest(index.manifests[i].digest, where);
    const auto size = index.manifests[i].size;
    if (size < 0 || size > static_cast<std::int64_t>(kMostManifest)) {
      base::fail(Kind::corrupt, "{}.size is out of range", where);
    }
  }
  return index;
}

Config parse_config(const std::string& bytes, const Manifest& manifest) {
  const auto config = read_foreign<Config>(bytes, "image config");
  const auto& diff_ids = config.rootfs.diff_ids;
  if (diff_ids.size() != manifest.layers.size()) {
    base::fail(Kind::corrupt,
               "the image config names {} layers, the manifest {}",
               diff_ids.size(),
               manifest.layers.size());
  }
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    check_digest(diff_ids[i], fmt::format("image config.rootfs.diff_ids[{}]", i));
  }
  return config;
}

}  // namespace image
