// SPDX-License-Identifier: Apache-2.0
// Directories of a layer being written, held open: entries are made relative to their parent's
// descriptor, and a directory gets its time when it is closed, since each entry made in it changes
// that. So both memory and descriptors are bounded, however many directories there are.
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "base/unique_fd.hpp"

namespace storage {

struct OpenDirectory {
  base::UniqueFd fd;
  std::string path;      ///< below the root, free of symlinks; "" is the root
  timespec mtime{};      ///< what it must have in the end
  bool changed = false;  ///< it may not have it now
  bool inherited =
      false;  ///< what is made in it gets its group (setgid) or modes (default ACL) from it
};

class DirectoryCache {
 public:
  explicit DirectoryCache(base::UniqueFd root);

  int root() const { return root_.fd.get(); }

  /// The directory at `path`, opened if need be; null when it is none or a symlink lies on the way.
  /// Valid until kHeld other directories were asked for.
  OpenDirectory* find(std::string_view path);

  /// Takes a directory that was opened otherwise; `path` has no symlink in it.
  OpenDirectory& add(std::string_view path, base::UniqueFd fd);

  /// Closes `path` and all below it, before they are moved away.
  void forget(std::string_view path);

  /// Closes all but the root and gives all their times.
  void close_all();

 private:
  static constexpr std::size_t kHeld = 32;

  static OpenDirectory describe(std::string_view path, base::UniqueFd fd);
  static void close(OpenDirectory& directory);

  OpenDirectory root_;
  std::vector<std::unique_ptr<OpenDirectory>> held_;  ///< last used first
};

}  // namespace storage
