// SPDX-License-Identifier: Apache-2.0
#include "storage/marks.hpp"

#include <fcntl.h>
#include <sys/xattr.h>

namespace storage {

namespace {

bool has_file(int directory, const std::string& name) {
  struct stat st {};

  return ::fstatat(directory, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

}  // namespace

bool is_opaque(int directory) {
  char value = 0;
  for (const char* name : {"trusted.overlay.opaque", "user.overlay.opaque"}) {
    if (::fgetxattr(directory, name, &value, 1) == 1 && value == 'y') return true;
  }
  return has_file(directory, std::string(kOpaqueMark));
}

bool is_hidden_below(int directory, const std::string& name) {
  return has_file(directory, std::string(kMarkPrefix) + name);
}

}  // namespace storage
