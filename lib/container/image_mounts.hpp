// SPDX-License-Identifier: Apache-2.0
// Images that containers have mounted (--mount type=image). Their layers stay as long as the container does, and until it
// ends they count as mounted for `image unmount`, as in Podman. What was counted off is not unmounted: the container keeps
// what it has.
#pragma once

#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

/// The layers of the image, kept for the container with that id from now on.
std::vector<storage::Layer> keep_image(Engine& engine,
                                       const std::string& container,
                                       const image::Image& image);

/// Notes a mount in the run directory of a container that is being started.
void note_image_mount(const std::string& run_directory, const image::Image& image);

/// Ids of images that running containers have mounted, each once for each container.
std::vector<std::string> images_in_containers(Engine& engine);

/// Counts one container's mount of the image off; false when there is none.
bool discount_image_mount(Engine& engine, const std::string& image);

}  // namespace container
