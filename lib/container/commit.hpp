// SPDX-License-Identifier: Apache-2.0
// `commit`: an image made of what a container has changed.
#pragma once

#include <string>
#include <vector>

#include "container/engine.hpp"
#include "image/transfer_commit.hpp"

namespace container {

/// Whether the processes stand still while their files are read.
enum class CommitPause {
  never,
  if_possible,  ///< not where a rootless container has no cgroup to freeze
  always,
};

struct CommitOptions {
  std::string author, message, reference;
  std::vector<std::string> changes;  ///< Dockerfile instructions
  base::Json config;  ///< fields of an image's config that go over the container's; null: none
  bool include_volumes = false, squash = false, docker_format = true;
  bool podman = false;  ///< the image knows that it was podman's container: "container=podman"
  bool tells = false;   ///< progress in podman's words
  CommitPause pause = CommitPause::if_possible;
};

/// The new image's id. Kinds: not_found, usage for a malformed change.
std::string commit(Engine& engine, const std::string& name, const CommitOptions& options);

}  // namespace container
