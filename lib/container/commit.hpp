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
  bool include_volumes = false, squash = false, docker_format = true;
  CommitPause pause = CommitPause::if_possible;
};

/// The new image's id. Kinds: not_found, usage for a malformed change.
std::string commit(Engine& engine, const std::string& name, const CommitOptions& options);

}  // namespace container
