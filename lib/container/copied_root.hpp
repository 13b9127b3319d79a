// SPDX-License-Identifier: Apache-2.0
// The root of a container of the driver vfs: a directory with a copy of all layers, made when the container is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id_mapping.hpp"
#include "container/changes.hpp"
#include "container/engine.hpp"
#include "storage/merged_tree.hpp"

namespace container {

/// Whether it has one. (--rootfs has the host's directory.)
inline bool has_copied_root(const CreateOptions& options) {
  return options.driver == "vfs" && options.rootfs.empty();
}

/// Where it lies.
std::string copied_root(const Engine& engine, const std::string& id);

/// A copy being made: below staging/ until it is whole, so that a command that is killed leaves none by that name.
class RootCopy {
 public:
  /// Of layers, the lowest first. What outlives a power loss, unless the container is to be removed when it ends, is synced.
  RootCopy(Engine& engine, const CreateOptions& options, const std::vector<storage::Layer>& layers);

  /// Makes it the container's: its directory is there.
  void move_to(const std::string& path) const;

 private:
  storage::Store::Staging staging_;
};

/// A detached mount of it, on which programs may run whatever the mount that it lies on says.
base::UniqueFd mount_copied_root(const Engine& engine, const std::string& id);

/// What it was made from, with owners as they are in the copy.
storage::MergedTree layers_below_copy(Engine& engine, const std::vector<storage::Layer>& layers);

/// What has been changed in it since.
Changes changes_of_copied_root(Engine& engine, const Record& record);

/// Bytes of the files that were added or changed.
std::int64_t size_of_changes(Engine& engine, const Record& record);

}  // namespace container
