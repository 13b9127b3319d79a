// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <cstring>

namespace base {

namespace {

Kind kind_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Kind::not_found;
    case EEXIST:
      return Kind::exists;
    case EBUSY:
      return Kind::in_use;
    case EACCES:
    case EPERM:
    case EROFS:
      return Kind::denied;
    default:
      return Kind::io;
  }
}

}  // namespace

std::string errno_text(int error) {
  char buffer[128];
  return strerror_r(error, buffer, sizeof buffer);
}

void throw_errno(int error, std::string what) {
  throw Error(kind_of(error), std::move(what) + ": " + errno_text(error));
}

}  // namespace base
