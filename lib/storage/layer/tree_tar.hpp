// SPDX-License-Identifier: Apache-2.0
// A tree of files, which somebody may change meanwhile, to a tar: `cp` from a container, `export`,
// `commit`, `volume export`. Each directory is read through a descriptor got from its parent
// without following a link, so that a container that swaps directories for symlinks leads nowhere.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id_mapping.hpp"
#include "storage/layer/tar_writer.hpp"

namespace storage {

struct TreeTar {
  /// What the top is called in the archive; "." for a directory stands for "./", and what is in it
  /// is called by its own name.
  std::string name = ".";
  bool with_top = true;  ///< false: only what is in the directory
  /// The tree is an overlay's upper directory: what it hides becomes whiteouts, as layers have
  /// them.
  bool is_upper = false;
  /// Of the container's own user namespace: owners are told as those inside see them.
  std::optional<base::IdMapping> mapping;

  /// Only these, and directories on the way to them that are among them; and whiteouts for what was removed.
  struct Delta {
    std::set<std::string> present;
    std::map<std::string, std::vector<std::string>> removed;  ///< names by directory, "" the top
  };

  std::optional<Delta> delta;
  std::set<std::string> without;  ///< "etc/hosts", below the top: left out with all that is in it
};

/// Writes `name` in the directory `dir` (empty: that directory itself), all below it included.
/// Links are kept, sockets left out, other hard links of a file become links of its first. Kind
/// not_found when there is nothing, unsupported for an upper directory with redirects.
void write_tree(TarWriter& tar, int dir, const std::string& name, const TreeTar& how);

}  // namespace storage
