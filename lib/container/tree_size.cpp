// SPDX-License-Identifier: Apache-2.0
#include "container/tree_size.hpp"

#include <fts.h>
#include <memory>
#include <set>
#include <sys/stat.h>

namespace container {

std::int64_t tree_size(const std::string& directory) {
  std::string path = directory;
  char* roots[] = {path.data(), nullptr};
  const std::unique_ptr<FTS, int (*)(FTS*)> walk(
      ::fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, nullptr), ::fts_close);
  if (!walk) return 0;
  std::int64_t total = 0;
  std::set<ino_t> linked;
  while (const FTSENT* entry = ::fts_read(walk.get())) {
    if (entry->fts_info != FTS_F) continue;
    if (entry->fts_statp->st_nlink > 1 && !linked.insert(entry->fts_statp->st_ino).second) continue;
    total += entry->fts_statp->st_size;
  }
  return total;
}

}  // namespace container
