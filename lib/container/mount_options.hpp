// SPDX-License-Identifier: Apache-2.0
// One mount a user asked for with -v, --mount or --tmpfs, or that an image declares as a volume.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"

namespace container {

struct MountOption {
  std::string type;    ///< bind, volume, tmpfs, image, glob, devpts, ramfs
  std::string source;  ///< host path, or name of a volume; empty: anonymous volume
  std::string target;  ///< absolute and clean
  bool read_only = false;
  std::string propagation;          ///< "", rprivate, rslave, rshared, private, slave, shared
  bool recursive = true;            ///< bind: rbind
  bool read_only_recursive = true;  ///< read_only reaches what is mounted below (docker's default)
  bool create_source = false;       ///< -v makes a missing host directory, --mount does not
  std::string subpath;              ///< volume: what of it is mounted
  std::map<std::string, std::string> volume_options, volume_labels;  ///< of a volume made for it
  bool copy = true;                  ///< volume: filled from the image at first use
  std::vector<std::string> options;  ///< nosuid, nodev, noexec … as the kernel has them
  std::optional<std::int64_t> size;  ///< tmpfs
  std::optional<int> mode;           ///< tmpfs, octal
  std::string mode_text;             ///< third part of -v, or the options of --tmpfs, for inspect
  bool from_image = false;
  bool anonymous = false;
  bool chown = false;       ///< U: the source's files are given to the container's user
  bool overlay = false;     ///< O: what is written goes to a layer of its own
  std::string upper, work;  ///< of that layer, when it shall stay
  std::string relabel;      ///< "shared" (z), "private" (Z): the source's files get a SELinux label
  std::optional<std::string> idmap;  ///< ids mapped, "" as the container's user namespace has them
};

template <typename Io>
void fields(Io& io, MountOption& m) {
  io("type", m.type);
  io.maybe("source", m.source);
  io("target", m.target);
  io.maybe("readOnly", m.read_only);
  io.maybe("propagation", m.propagation);
  io("recursive", m.recursive);
  io("readOnlyRecursive", m.read_only_recursive);
  io.maybe("createSource", m.create_source);
  io.maybe("subpath", m.subpath);
  io.maybe("volumeOptions", m.volume_options);
  io.maybe("volumeLabels", m.volume_labels);
  io("copy", m.copy);
  io.maybe("options", m.options);
  io.maybe("size", m.size);
  io.maybe("mode", m.mode);
  io.maybe("modeText", m.mode_text);
  io.maybe("fromImage", m.from_image);
  io.maybe("anonymous", m.anonymous);
  io.maybe("chown", m.chown);
  io.maybe("overlay", m.overlay);
  io.maybe("upper", m.upper);
  io.maybe("work", m.work);
  io.maybe("relabel", m.relabel);
  io.maybe("idmap", m.idmap);
}

/// Docker's checks of one mount. Kind usage: "invalid mount config for type \"bind\": field Target must not be empty".
/// With `source_exists`, a bind mount whose source is to be there already is looked up, too.
void validate(const MountOption& mount, bool source_exists = true);

/// File systems that the runtime mounts itself; all others have a source that start prepares.
inline bool is_made_by_runtime(const MountOption& mount) {
  return mount.type == "tmpfs" || mount.type == "ramfs" || mount.type == "devpts";
}

/// The path without "//", "/./", "/../" and a slash at its end, by its letters alone (Go's path.Clean).
std::string clean_path(const std::string& path);

}  // namespace container
