// SPDX-License-Identifier: Apache-2.0
// A file system mounted detached (fsopen, fsmount), with the kernel's own words when it refuses.
#pragma once

#include <cstdint>
#include <string>

#include "base/unique_fd.hpp"

namespace storage {

class FileSystem {
 public:
  /// Kind io or denied when the kernel does not know the type, or not for us.
  explicit FileSystem(const std::string& type);

  bool try_set(const std::string& key, const std::string& value);
  void set(const std::string& key, const std::string& value);
  void set_flag(const std::string& key);

  /// False when the kernel calls invalid what was set; any other failure is thrown.
  bool try_create();

  /// The mount, with MOUNT_ATTR_* of mount_setattr(2).
  base::UniqueFd mount(std::uint64_t attributes = 0);

 private:
  [[noreturn]] void fail(const std::string& what);

  std::string type_;
  base::UniqueFd fd_;
  bool created_ = false;
};

}  // namespace storage
