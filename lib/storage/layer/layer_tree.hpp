// SPDX-License-Identifier: Apache-2.0
// A layer's files on disk while they are unpacked. Whatever entries are called, nothing outside of
// diff/ is touched:
//
// - names are cleaned by their text (layer_path.hpp); what leads out of the root is refused;
// - parents are opened beneath diff/ without passing symlinks. Where a parent is a symlink made by
// the same
//   layer, it is followed with diff/ as the root, component by component (as docker and containerd
//   do in their chroots), so that it cannot lead out either;
// - the last name is never followed: what is there already is replaced, unless both are
// directories.
//
// Files that a later entry replaces move to replaced/INODE beside diff/: the layer's record refers
// to them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/unique_fd.hpp"
#include "storage/layer/directory_cache.hpp"
#include "storage/layer/metadata.hpp"
#include "storage/layer/replaced_files.hpp"
#include "storage/layer/tar_entry.hpp"
#include "storage/store.hpp"

namespace storage {

class LayerTree {
 public:
  struct Options {
    Attributes attributes = Attributes::trusted;
    std::int64_t most_implicit = 0;  ///< directories that may be made without an entry
    bool no_umask = false;           ///< modes given to open, mkdir and mknod count in full
  };

  /// `directory` exists, without diff/.
  LayerTree(const std::string& directory, Options options);

  /// Where an entry belongs: valid until another place is asked for.
  struct Place {
    OpenDirectory* parent;
    std::string name;  ///< in it; empty for the root

    /// Free of symlinks.
    std::string path() const { return parent->path.empty() ? name : parent->path + "/" + name; }
  };

  /// Makes missing parents. `path` is clean.
  Place place(std::string_view path);

  base::UniqueFd create_file(const Place& place, const TarEntry& entry);

  /// Gives the file all but its content; returns its inode number.
  std::uint64_t finish_file(int fd, const Place& place, const TarEntry& entry);

  void make_directory(const Place& place, const TarEntry& entry);
  void make_symlink(const Place& place, const TarEntry& entry);

  /// A device or FIFO; devices are left out where they may not be made.
  void make_node(const Place& place, const TarEntry& entry);

  /// `target` is clean.
  void make_hard_link(const Place& place, std::string_view target);

  /// Hides the layers' below; what this layer has under the name stays.
  void make_whiteout(const Place& place);

  /// Marks the directory that `place` lies in.
  void make_opaque(const Place& place);

  /// Gives directories their times. Nothing may be made afterwards.
  void finish() { directories_.close_all(); }

  /// Directories that were made but had no entry; "." is the root.
  const std::set<std::string>& implicit() const { return implicit_; }

  /// Bytes of files that are gone again.
  std::int64_t replaced_bytes() const { return replaced_.bytes(); }

 private:
  enum class Was { nothing, directory, whiteout, other };

  class Walk;

  void make_named_mark(const Place& place, const std::string& name);
  OpenDirectory& open_parent(std::string_view path);
  base::UniqueFd make_implicit(int parent,
                               const std::string& path,
                               const std::string& name,
                               bool hides);
  Made made(const Place& place, const TarEntry& entry) const;

  /// Calls `make`, and once more after the name was freed. Returns what was there.
  template <typename Make>
  Was create(const Place& place, Make make);
  Was remove(const Place& place);

  Options options_;
  DirectoryCache directories_;
  ReplacedFiles replaced_;
  std::set<std::string> implicit_{"."};
  std::int64_t implicit_made_ = 0, implicit_bytes_ = 0;
  uid_t uid_;
  gid_t gid_;
};

}  // namespace storage
