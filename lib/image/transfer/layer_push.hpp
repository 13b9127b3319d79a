// SPDX-License-Identifier: Apache-2.0
// The layers of one image, several at a time, into a repository. A layer that the registry has in a form that is known
// to be this layer's is not even made; the others are compressed, which often gives what was pulled again.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "image/transfer/progress.hpp"
#include "image/transfer/registry.hpp"
#include "storage/layer_store.hpp"

namespace image {

class LayerPush {
 public:
  struct Layer {
    storage::Layer layer;
    std::vector<Descriptor> known;    ///< compressed forms that will do, best first
    std::vector<std::string> mounts;  ///< repositories of this registry that may have them
    bool is_plain = false;            ///< it is sent as a plain tar
    Descriptor blob = {};             ///< what it is in the registry
    Progress::Layer* progress = nullptr;
  };

  struct How {
    int parallel = 3;
    int level = 6;        ///< of gzip
    bool podman = false;  ///< whose words errors have
  };

  LayerPush(storage::Store& store, Registry& registry, Progress& progress, How how)
      : store_(store), registry_(registry), progress_(progress), how_(how) {}

  /// When it returns, all `blob` are set and in the repository.
  void push(std::vector<Layer>& layers, std::atomic<bool>& cancelled);

 private:
  void push_one(Layer& layer, const std::string& staging);
  bool is_there(const Layer& layer, const Descriptor& blob);
  bool use_known(Layer& layer);
  void send(Layer& layer, const std::string& staging);
  void end(Layer& layer, const Descriptor& blob, const std::string& outcome);

  storage::Store& store_;
  Registry& registry_;
  Progress& progress_;
  How how_;
  std::mutex store_mutex_;  // the store is for one thread at a time
};

}  // namespace image
