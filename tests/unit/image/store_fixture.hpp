// SPDX-License-Identifier: Apache-2.0
// A store of its own with made-up images.
#pragma once

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/rollback.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "image/image_store.hpp"

namespace image {

class ImageStoreTest : public testing::Test {
 protected:
  struct Wanted {
    std::vector<std::string> names = {};
    std::vector<std::string> layers = {"base"};  ///< texts that layers' ids are made from
    std::string created = "2026-01-02T03:04:05Z";
    std::map<std::string, std::string> labels = {};
    std::string pulled_from = {};  ///< a repository that knows the manifest's digest
  };

  static std::string layer_id(const std::string& text) { return base::sha256_digest(text); }

  void commit_layer(const std::string& text) {
    auto staging = store_.make_staging("test");
    base::make_directories(staging.path() + "/layer/diff");
    base::write_file(staging.path() + "/layer/diff/file", text);
    storage::LayerStore(store_).commit(
        {layer_id(text), "", 1000, 2048}, staging.path() + "/layer", std::nullopt);
  }

  NewImage make_image(const Wanted& wanted) {
    NewImage image;
    Config config;
    config.created = wanted.created;
    config.os = "linux";
    config.architecture = "amd64";
    config.config.labels = wanted.labels;
    config.config.cmd = {"sh"};
    config.rootfs.type = "layers";
    for (const auto& text : wanted.layers) {
      config.rootfs.diff_ids.push_back(layer_id(text));
      image.layer_ids.push_back(layer_id(text));
      config.history.push_back({wanted.created, "made " + text, "", "", false});
      config.history.push_back({wanted.created, "CMD after " + text, "", "a comment", true});
    }
    image.config_bytes = base::to_json(config).dump();
    image.manifest_bytes = base::Json{
        {"config", {{"digest", base::sha256_digest(image.config_bytes)}}},
        {"from",
         wanted.pulled_from}}.dump();
    image.manifest_media_type = kOciManifest;
    for (const auto& name : wanted.names) image.names.push_back(parse_reference(name));
    if (!wanted.pulled_from.empty()) {
      image.repository_digests.emplace_back(wanted.pulled_from,
                                            base::sha256_digest(image.manifest_bytes));
    }
    return image;
  }

  Image add(const Wanted& wanted) {
    for (const auto& text : wanted.layers) commit_layer(text);
    return images_.add(make_image(wanted));
  }

  void add_container(const std::string& id, const Image& image) {
    auto& db = store_.database();
    db.execute(
        "INSERT INTO containers(id, name, image, created, started, finished, exit_code, "
        "oom_killed, error, summary, config) VALUES (?, ?, ?, 0, 0, 0, 0, 0, '', '{}', '{}')",
        id,
        "name-" + id,
        image.id);
    int position = 0;
    for (const auto& layer : storage::LayerStore(store_).of_image(image.id)) {
      db.execute("INSERT INTO container_layers VALUES (?, ?, ?)", id, position++, layer.id);
    }
  }

  std::size_t blob_count() { return base::list_directory(store_.paths().blobs()).size(); }

  /// The sentence of the Error that `act` throws.
  template <typename Act>
  static std::string error_of(Act act) {
    try {
      act();
    } catch (const base::Error& e) {
      return e.message();
    }
    return "no error";
  }

  base::TempDir directory_{"/tmp", "berth-images"};
  storage::Store store_{directory_.path() + "/graph", directory_.path() + "/run"};
  ImageStore images_{store_};
};

}  // namespace image
