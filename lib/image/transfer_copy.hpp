// SPDX-License-Identifier: Apache-2.0
// Requests of berth-transfer about files of containers and volumes. Where the files are is told by
// descriptors, so that nobody can put something else in their place meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id_mapping.hpp"
#include "base/json_fields.hpp"

namespace image {

/// A tree or an archive into another tree or archive.
struct CopyRequest {
  bool from_archive = false;  ///< the source is a tar, compressed or not
  std::string name;           ///< in the source directory; empty: that itself
  std::string entry = ".";    ///< what it is called at its target
  bool with_top = true;       ///< false: an archive without an entry for the directory itself
  bool to_archive = false;    ///< the target is a file or pipe for a tar
  std::string directory;      ///< below the target, its root: where to
  std::optional<std::int64_t> uid, gid;  ///< whose everything becomes
  bool keep_owner = true;                ///< without uid and gid: as in the source
  bool overwrite = false;                ///< files may replace directories and the other way round
  bool devices = true;
  /// Of the container's own user namespace: the archive tells owners as those inside see them.
  std::optional<base::IdMapping> mapping;
  /// The same of a target: owners, from an archive or above, are those that people inside mean.
  std::optional<base::IdMapping> target_mapping;
};

template <typename Io>
void fields(Io& io, CopyRequest& r) {
  io.maybe("fromArchive", r.from_archive);
  io.maybe("name", r.name);
  io.maybe("entry", r.entry);
  io("withTop", r.with_top);
  io.maybe("toArchive", r.to_archive);
  io.maybe("directory", r.directory);
  io.maybe("uid", r.uid);
  io.maybe("gid", r.gid);
  io("keepOwner", r.keep_owner);
  io.maybe("overwrite", r.overwrite);
  io("devices", r.devices);
  io.maybe("mapping", r.mapping);
  io.maybe("targetMapping", r.target_mapping);
}

struct CopyResult {
  std::int64_t bytes = 0;  ///< of the tar
};

template <typename Io>
void fields(Io& io, CopyResult& r) {
  io("bytes", r.bytes);
}

/// Borrowed descriptors: a directory or a tar to read, a root directory or a file to write.
struct CopyEnds {
  int source = -1, target = -1;
};

}  // namespace image
