// SPDX-License-Identifier: Apache-2.0
// Layers seen as one tree without mounting anything: of each name the highest layer's counts, directories of several layers are
// one, and what a layer hides is not there. What layers and containers hold is hostile: every directory is opened below its own
// root without passing a link, and none stays open between two calls, however deep the tree.
#pragma once

#include <cstddef>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/unique_fd.hpp"

namespace storage {

class MergedTree {
 public:
  /// Directories of layers, the lowest first.
  static MergedTree of_layers(std::vector<std::string> lower);

  /// One directory as it is: nothing in it hides anything.
  static MergedTree of_directory(base::UniqueFd directory);

  struct Directory {
    std::string path;                ///< below the root, which is ""
    std::vector<std::size_t> parts;  ///< the layers that have it, highest first

    std::string path_of(const std::string& name) const {
      return path.empty() ? name : path + "/" + name;
    }
  };

  struct Entry {
    std::string name;
    struct stat st;
    std::size_t part;  ///< the layer that it is of
  };

  Directory root() const;

  /// What is in it, names sorted. A directory that has vanished meanwhile holds nothing.
  std::vector<Entry> entries(const Directory& directory) const;

  /// A directory in a directory.
  Directory below(const Directory& directory, const Entry& entry) const;

  /// The directory `path` of one layer, for reading; holds nothing when it has vanished.
  base::UniqueFd open(std::size_t part, const std::string& path) const;

 private:
  bool has_marks() const { return !directory_; }

  std::vector<std::string> layers_;  ///< highest first
  base::UniqueFd directory_;
};

}  // namespace storage
