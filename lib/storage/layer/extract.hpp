// SPDX-License-Identifier: Apache-2.0
// A tar into a tree that is in use: `cp` into a container or out of one, `volume import`. Unlike a
// layer (layer_writer.hpp), the tree has files already and somebody may change it meanwhile.
// Whatever the entries are called and whatever links lie on the way, nothing outside of the root is
// touched: every parent is opened with the root as "/" (RESOLVE_IN_ROOT), the last name is never
// followed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/id_mapping.hpp"
#include "storage/layer/tar_reader.hpp"

namespace storage {

struct Extract {
  std::string directory;  ///< below the root: where names begin; exists
  /// Whose everything becomes; unset: the archive's owners, where `keep_owner` says so.
  std::optional<std::pair<std::int64_t, std::int64_t>> owner;
  /// Of the user namespace that all these owners are seen from.
  std::optional<base::IdMapping> mapping;
  bool keep_owner = true;  ///< false, without `owner`: of whoever runs this
  bool overwrite = false;  ///< a file may take a directory's place, and a directory a file's
  bool devices = true;     ///< false: they are left out
};

/// Returns the bytes of the files made. The process's umask is 0. Kind usage "cannot overwrite directory "x" with
/// non-directory "y"" and its counterpart (docker's words); corrupt for a malformed archive.
std::int64_t extract_tar(TarReader& tar, int root, const Extract& how);

}  // namespace storage
