// SPDX-License-Identifier: Apache-2.0
// Owner, mode, extended attributes and time of what is unpacked.
#pragma once

#include <string>
#include <string_view>

#include "storage/layer/tar_entry.hpp"
#include "storage/store.hpp"

namespace storage {

/// What a thing just made has already, so that nothing is set twice.
struct Made {
  bool owner = false;  ///< it has the entry's owner
  bool mode = false;   ///< it has the entry's mode
};

/// Sets all but the time of an open file or directory. The order matters: chown takes away
/// capabilities and setuid bits. Kind denied for ids that this user namespace lacks.
void set_metadata(int fd, const TarEntry& entry, Made made);

/// The same for a symlink, device or FIFO `name` in the directory `parent`, and the time.
void set_metadata_at(int parent, const std::string& name, const TarEntry& entry, Made made);

void set_time(int fd, const TarEntry& entry);

/// Marks a directory as one that hides what the layers below have in it.
void set_opaque(int fd, std::string_view path, Attributes attributes);

}  // namespace storage
