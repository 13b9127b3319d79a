// SPDX-License-Identifier: Apache-2.0
// What of an image is sent, and in which form: its layers with the blobs they are known as, and the manifest in the end.
#pragma once

#include <string>
#include <vector>

#include "image/image_store.hpp"
#include "image/transfer/layer_push.hpp"
#include "image/transfer/manifest.hpp"
#include "image/transfer_push.hpp"

namespace image {

class PushPlan {
 public:
  /// Takes leases on the layers. Kind unsupported for formats that cannot be made.
  PushPlan(storage::Store& store, const Image& image, const PushRequest& request);

  /// Each layer once; `mounts` are repositories of the registry of `target`.
  std::vector<LayerPush::Layer> layers(const Reference& target);

  const std::string& config_bytes() const { return config_bytes_; }

  Descriptor config() const;

  /// The pulled manifest where nothing differs, else one of the blobs that `layers` are now.
  Document manifest(const std::vector<LayerPush::Layer>& layers) const;

 private:
  void read_original();

  bool is_docker() const { return media_type_ == kDockerManifest; }

  bool will_do(const Descriptor& blob) const;
  std::vector<Descriptor> known_forms(std::size_t position, const std::string& diff_id);
  std::map<std::string, std::vector<std::string>> mounts(const Reference& target);
  Descriptor as_listed(Descriptor blob) const;

  storage::Store& store_;
  ImageStore images_;
  Image image_;
  bool force_compression_;
  std::string media_type_;  ///< of the manifest to be
  std::string config_bytes_;
  std::vector<std::string> diff_ids_;
  std::string original_bytes_;  ///< of the manifest here, or empty
  Manifest original_;
  bool was_pulled_ = false;  ///< a registry has that manifest
};

}  // namespace image
