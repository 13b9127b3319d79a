// SPDX-License-Identifier: Apache-2.0
// `cp`: files between a container and this host, an archive, or another container.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/unique_fd.hpp"
#include "container/copy_rules.hpp"
#include "container/engine.hpp"
#include "container/files.hpp"
#include "image/transfer_copy.hpp"

namespace container {

/// One end of a copy: a place below a root, either a container's or the host's.
class CopyPlace {
 public:
  /// In a container; `files` may be shared by both ends.
  CopyPlace(std::shared_ptr<const Files> files, std::string container, const std::string& path);

  /// On the host. A relative path begins at the working directory.
  explicit CopyPlace(const std::string& path);

  /// Its path from the root, absolute, with the "/" or "/." at its end that it was given.
  const std::string& path() const { return path_; }

  /// As the user called it; empty on the host.
  const std::string& container() const { return container_; }

  int root() const { return files_ ? files_->root() : host_.get(); }

  const Files* files() const { return files_.get(); }

  /// What is there, links followed; the path is where a link at its end leads.
  CopyEnd look() const;

  /// Whether something can be put into this directory.
  bool has_directory(const std::string& path) const;

 private:
  std::string container_, path_;
  std::shared_ptr<const Files> files_;
  base::UniqueFd host_;
};

/// The files of one or two containers (names may be empty), opened in the order that locks have.
std::pair<std::shared_ptr<const Files>, std::shared_ptr<const Files>>
open_files(Engine& engine, const std::string& source, const std::string& target);

/// What is to be read, found once: `name` in the open directory `parent`, or that itself when empty.
struct CopySource {
  base::UniqueFd parent;
  std::string name;
  std::string entry;  ///< "." for what is in a directory
  CopyEnd end;
};

/// Nothing when it does not exist. `follow`: what a link at the end leads to.
std::optional<CopySource> find_source(const CopyPlace& place, bool follow);

struct CopyOptions {
  bool follow = false;
  bool to_user = false;    ///< what is made belongs to the container's user
  bool overwrite = false;  ///< files may replace directories and the other way round
};

/// Kind usage "container rootfs is marked read-only" or "mounted volume is marked read-only"
/// (docker's words).
void check_writable(Engine& engine, const CopyPlace& target);

/// The request that puts something into `directory` at the target; its owner by the options.
image::CopyRequest request_for(Engine& engine,
                               const CopyPlace& target,
                               const std::string& directory,
                               const CopyOptions& options);

}  // namespace container
