// SPDX-License-Identifier: Apache-2.0
// Small real images made by a test: layers by the tar program, documents by hand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_fields.hpp"
#include "base/process.hpp"
#include "base/sha256.hpp"
#include "image/oci.hpp"

namespace support {

inline std::string run(std::vector<std::string> argv, const std::string& input = {}) {
  const auto result = base::run_captured({.argv = argv}, input);
  if (!result.status.ok()) base::fail(base::Kind::bug, "{} failed: {}", argv[0], result.err);
  return result.out;
}

struct TestLayer {
  std::string tar, blob, media_type;

  std::string diff_id() const { return base::sha256_digest(tar); }

  std::string digest() const { return base::sha256_digest(blob); }
};

/// A layer of what a shell script makes in an empty directory; `members` are what tar is given ("." and all below it).
inline TestLayer make_layer(const std::string& script,
                            const std::string& compression = "gzip",
                            const std::vector<std::string>& members = {"."}) {
  const base::TempDir directory("/tmp", "layer");
  run({"sh", "-e", "-c", "cd \"$1\"; " + script, "sh", directory.path()});
  std::vector<std::string> argv = {
      "tar", "-C", directory.path(), "--sort=name", "--mtime=@0", "--numeric-owner", "-cf", "-"};
  if (members != std::vector<std::string>{"."}) argv.push_back("--no-recursion");
  argv.insert(argv.end(), members.begin(), members.end());
  TestLayer layer{run(argv), {}, image::kOciLayer};
  layer.blob = compression == "none" ? layer.tar : run({compression, "-c"}, layer.tar);
  if (compression != "none") layer.media_type += "+" + compression;
  return layer;
}

/// Blobs by digest, and which of them are documents of which type.
struct TestContent {
  std::map<std::string, std::string> blobs;
  std::map<std::string, std::string> documents;  ///< media type by digest

  image::Descriptor add(const std::string& bytes, const std::string& type) {
    const std::string digest = base::sha256_digest(bytes);
    blobs[digest] = bytes;
    return {type, digest, static_cast<std::int64_t>(bytes.size()), {}, {}, {}};
  }

  image::Descriptor add_document(base::Json json, const std::string& type) {
    json["schemaVersion"] = 2;
    const auto descriptor = add(json.dump(), type);
    documents[descriptor.digest] = type;
    return descriptor;
  }

  image::Descriptor add_image(const std::vector<TestLayer>& layers,
                              const std::string& architecture = "amd64") {
    image::Config config;
    config.os = "linux";
    config.architecture = architecture;
    config.rootfs.type = "layers";
    image::Manifest manifest;
    manifest.media_type = image::kOciManifest;
    for (const auto& layer : layers) {
      config.rootfs.diff_ids.push_back(layer.diff_id());
      manifest.layers.push_back(add(layer.blob, layer.media_type));
    }
    manifest.config = add(base::to_json(config).dump(), image::kOciConfig);
    return add_document(base::to_json(manifest), image::kOciManifest);
  }

  image::Descriptor add_index(const std::vector<image::Descriptor>& entries) {
    image::Index index{image::kOciIndex, entries};
    return add_document(base::to_json(index), image::kOciIndex);
  }
};

}  // namespace support
