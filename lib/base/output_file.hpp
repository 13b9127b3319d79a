// SPDX-License-Identifier: Apache-2.0
// A file that a command writes for its user (-o): seen whole or not at all.
#pragma once

#include <string>
#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace base {

class OutputFile {
 public:
  /// Writes beside `path`; what is there and no plain file (a device, a pipe) is written to.
  explicit OutputFile(std::string path, mode_t mode = 0600);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();  ///< removes what was not committed

  int fd() const { return fd_.get(); }

  /// Makes it visible, in the place of what was there.
  void commit();

 private:
  std::string path_, beside_;
  UniqueFd fd_;
};

}  // namespace base
