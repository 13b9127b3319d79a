// SPDX-License-Identifier: Apache-2.0
// What is in a file to another one, with as little copying as the file system allows: a shared extent, a copy within the
// kernel, at last through a buffer. Holes stay holes.
#pragma once

#include <memory>
#include <string>
#include <sys/stat.h>

namespace storage {

class ContentCopier {
 public:
  /// `to` is new and empty. `shown` names the file in errors. Kind io when the file is shorter than `st` says.
  void copy(int from, const struct stat& st, int to, const std::string& shown);

 private:
  bool clone(int from, int to);
  void copy_range(int from, int to, off_t at, off_t end, const std::string& shown);
  void copy_by_buffer(int from, int to, off_t at, off_t end, const std::string& shown);

  bool may_clone_ = true, may_copy_ = true;  ///< until the file system has refused
  std::unique_ptr<char[]> buffer_;
};

}  // namespace storage
