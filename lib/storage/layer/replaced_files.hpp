// SPDX-License-Identifier: Apache-2.0
// Files of a layer that a later entry of the same tar replaced. The layer's record still needs
// their data, so they move to replaced/INODE. Most layers have none; then there is no such
// directory.
#pragma once

#include <cstdint>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/unique_fd.hpp"

namespace storage {

class ReplacedFiles {
 public:
  /// `path` is made when first needed.
  explicit ReplacedFiles(std::string path) : path_(std::move(path)) {}

  /// Takes the regular file `name` out of `parent`.
  void take_file(int parent, const std::string& name, const struct stat& st);

  /// Takes the directory `name` with all that is in it out of `parent`; only files with data are
  /// kept.
  void take_tree(int parent, const std::string& name);

  /// Bytes of the files taken.
  std::int64_t bytes() const { return bytes_; }

 private:
  int directory();
  void empty(const std::string& tree, std::vector<std::string>& todo);
  void move_up(int parent, const std::string& name, std::vector<std::string>& todo);

  std::string path_;
  base::UniqueFd fd_;
  std::int64_t bytes_ = 0;
  std::uint64_t trees_ = 0;
};

}  // namespace storage
