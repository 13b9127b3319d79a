// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "container/engine.hpp"
#include "container/stop.hpp"

namespace container {

enum class RemoveVolumes { none, anonymous };

/// Removes a container that does not run: row, directory and, if asked, its anonymous volumes. The caller holds the
/// container's lock. Who has its details at hand spares the reading of them.
void remove_stopped(Engine& engine,
                    const Record& record,
                    RemoveVolumes volumes,
                    const Details* known = nullptr);

struct RemoveOptions {
  bool force = false;    ///< end it first when it runs
  bool volumes = false;  ///< remove anonymous volumes as well
  /// How it is ended: Docker kills it, Podman stops it.
  std::optional<StopOptions> stop = {};
  /// Gets how it was ended when it ran.
  std::function<void(const Record&, const Stopped&)> on_stopped = {};
};

/// `rm`: refuses a running container with Docker's sentence unless forced.
void remove(Engine& engine, const std::string& name, const RemoveOptions& options);

}  // namespace container
