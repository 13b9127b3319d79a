// SPDX-License-Identifier: Apache-2.0
// Maps of sparse files, as GNU tar has written them in four ways over time.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/layer/tar_entry.hpp"

namespace storage {

/// What pax records say of a sparse file (GNU.sparse.*).
struct PaxSparse {
  std::string major, minor;
  std::string name;       ///< the real one; the header's is made up
  std::string size;       ///< real size, in the formats 0.0 and 0.1
  std::string real_size;  ///< real size, in the format 1.0
  std::string map;        ///< numbers parted by commas; 0.0's records are joined to that
  bool has_map = false;

  /// Takes a record; false when it is not one of a sparse file.
  bool take(std::string_view key, std::string_view value);

  /// The map comes first in the payload.
  bool is_1_0() const { return major == "1" && minor == "0"; }

  bool is_0_x() const { return has_map || (major == "0" && (minor == "0" || minor == "1")); }
};

/// Gives the next 512 bytes of the archive; throws when there are none.
using NextBlock = std::function<const char*()>;

/// The map in an old GNU header ('S') and the blocks behind it; sets ranges and size.
void read_gnu_sparse(const char* header, const NextBlock& next, TarEntry& entry);

/// The map of format 0.x; sets ranges, name and size.
void read_pax_sparse_0(const PaxSparse& pax, TarEntry& entry);

/// The map of format 1.0 from the payload's first blocks, which it takes off entry.payload.
void read_pax_sparse_1(const PaxSparse& pax, const NextBlock& next, TarEntry& entry);

}  // namespace storage
