// SPDX-License-Identifier: Apache-2.0
// One entry of a tar archive, as readers give it and writers take it.
#pragma once

#include <cstdint>
#include <ctime>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace storage {

enum class TarType {
  file,
  hard_link,
  symlink,
  char_device,
  block_device,
  directory,
  fifo,
  other,  ///< what has no place in a file system: volume labels, dump directories
};

/// A piece of a sparse file that has data.
struct TarRange {
  std::int64_t offset = 0, size = 0;
};

struct TarEntry {
  TarType type = TarType::file;
  std::string name;  ///< as written, hostile
  std::string link;  ///< target of a symlink or hard link, hostile
  mode_t mode = 0644;
  std::int64_t uid = 0, gid = 0;
  std::int64_t size = 0;  ///< of the file
  timespec mtime{};
  std::int64_t major = 0, minor = 0;
  std::map<std::string, std::string> xattrs;
  std::int64_t payload = 0;  ///< bytes of data in the archive; differs from `size` for sparse files
  bool sparse = false;
  std::vector<TarRange> ranges;  ///< of a sparse file: where the payload belongs, ascending
};

}  // namespace storage
