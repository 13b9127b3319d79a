// SPDX-License-Identifier: Apache-2.0
// A container's files, whether it runs or not, by a descriptor of its root. Look below it by
// base::find_in_root and base::open_in_root only: links resolve inside of the container then.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/id_mapping.hpp"
#include "base/lock.hpp"
#include "base/unique_fd.hpp"
#include "container/engine.hpp"
#include "container/state.hpp"
#include "storage/store.hpp"

namespace container {

class Files {
 public:
  enum class With {
    rootfs,  ///< the container's layers and its own, without what is mounted on them
    mounts,  ///< volumes and binds, too; of a running container all that it sees
  };

  /// By name or id. Of a container that does not run, holds its lock and mounts for this process
  /// alone.
  Files(Engine& engine, const std::string& name, With with);

  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files();

  const Record& record() const { return record_; }

  /// When it was opened.
  const State& state() const { return state_; }

  int root() const { return root_.get(); }

 private:
  void open_stopped(With with);
  void attach_mounts();
  base::UniqueFd open_target(const std::string& target,
                             bool directory,
                             const std::optional<base::IdMapping>& mapping);
  void remove_targets();

  /// Detaches the mounts when it ends, also when an open fails half-way: the removal of staging must not meet them.
  class Slot {
   public:
    explicit Slot(std::string path) : path_(std::move(path)) {}

    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot();

    const std::string& path() const { return path_; }

   private:
    std::string path_;
  };

  Engine& engine_;
  Record record_;
  State state_;
  std::optional<base::FileLock> lock_;
  std::optional<storage::Store::Staging> staging_;  ///< of a mounted one: where it is mounted
  std::optional<Slot> slot_;                        ///< in it; detached before it is removed
  std::vector<std::string> made_;                   ///< what mounts cover and was not there before
  base::UniqueFd root_;
};

/// A detached mount of what a running container has below its own mounts.
base::UniqueFd clone_running_rootfs(const Running& running);

}  // namespace container
