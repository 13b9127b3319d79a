// SPDX-License-Identifier: Apache-2.0
#include "base/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.hpp"
#include "base/sys.hpp"

namespace base {

OutputFile::OutputFile(std::string path, mode_t mode) : path_(real_path(path)) {
  const auto there = find_stat(path_);
  if (there && !S_ISREG(there->st_mode)) {
    fd_ = open_file(path_, O_WRONLY);
    return;
  }
  beside_ = path_ + "." + random_hex(8) + ".tmp";
  fd_ = open_file(beside_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
}

OutputFile::~OutputFile() {
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

void OutputFile::commit() {
  if (beside_.empty()) return;
  rename_path(beside_, path_);
  beside_.clear();
}

}  // namespace base
