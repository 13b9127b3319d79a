// SPDX-License-Identifier: Apache-2.0
#include "container/reset.hpp"

#include "base/file.hpp"
#include "base/sys.hpp"
#include "container/remove.hpp"
#include "image/mount.hpp"
#include "network/network.hpp"

namespace container {

void reset(Engine& engine) {
  for (const auto& record : engine.containers.list_everywhere())
    remove(engine, record.id, {.force = true, .volumes = true});
  for (const auto& mounted : image::mounted_images(engine.store))
    image::unmount_image(engine.store, mounted.id, /*force=*/true);
  network::remove_all(engine.store);
  const auto& paths = engine.store.paths();
  for (const auto& name : base::list_directory(paths.graphroot()))
    base::remove_tree(paths.graphroot() + "/" + name);
  for (const auto& name : base::list_directory(paths.runroot())) {
    // The user's other stores may live in the same namespace, and somebody may be waiting at a lock.
    if (name.starts_with("userns") || name == "locks") continue;
    base::remove_tree(paths.runroot() + "/" + name);
  }
}

}  // namespace container
