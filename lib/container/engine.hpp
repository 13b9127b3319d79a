// SPDX-License-Identifier: Apache-2.0
// What the verbs of one command share: the store and the choices of this invocation.
#pragma once

#include <string>

#include "container/container_store.hpp"
#include "image/image_store.hpp"
#include "storage/layer_store.hpp"
#include "storage/secret_store.hpp"
#include "storage/store.hpp"
#include "storage/volume_store.hpp"

namespace container {

struct Engine {
  explicit Engine(storage::Store& s)
      : store(s), containers(s), images(s), layers(s), volumes(s), secrets(s) {}

  storage::Store& store;
  ContainerStore containers;
  image::ImageStore images;
  storage::LayerStore layers;
  storage::VolumeStore volumes;
  storage::SecretStore secrets;
  std::string runtime = "crun";            ///< name or path
  std::vector<std::string> runtime_flags;  ///< further words for it
  std::vector<std::string>
      hook_directories;        ///< of OCI hooks (hooks.hpp); none: where they usually lie
  std::string cgroup_manager;  ///< "systemd", "cgroupfs" or empty for what fits
  std::vector<std::string>
      self;  ///< argv that starts this berth on this store: for clean-up after us

  /// The lock under which a container is started, stopped, changed and removed.
  base::FileLock lock(const std::string& id) { return store.lock("container-" + id); }

  std::string run_directory(const std::string& id) const { return store.paths().run_container(id); }
};

}  // namespace container
