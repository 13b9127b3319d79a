// SPDX-License-Identifier: Apache-2.0
// Where an image archive is written to: a tar stream or a directory.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/unique_fd.hpp"
#include "storage/layer/bytes.hpp"

namespace image {

class ArchiveSink {
 public:
  virtual ~ArchiveSink() = default;

  /// Whether a file of that name was written already: blobs are shared by images.
  bool has(const std::string& path) const { return written_.contains(path); }

  void put(const std::string& path, std::string_view bytes);

  /// A large file of known size; `produce` gives its bytes to the sink it gets.
  void put(const std::string& path,
           std::int64_t size,
           const std::function<void(const storage::ByteSink&)>& produce);

  /// Makes what was written visible.
  virtual void finish() = 0;

 private:
  virtual void write(const std::string& path,
                     std::int64_t size,
                     const std::function<void(const storage::ByteSink&)>& produce) = 0;

  std::set<std::string> written_;
};

/// A tar to a descriptor.
std::unique_ptr<ArchiveSink> tar_to_descriptor(int fd);

/// A tar to a file of that mode that replaces `path` when it is finished; what is there and no plain file (a device, a pipe) is
/// written to.
std::unique_ptr<ArchiveSink> tar_to_file(const std::string& path, unsigned mode = 0600);

/// Files below a directory, which is made, or is empty. Kind exists otherwise.
std::unique_ptr<ArchiveSink> files_in_directory(const std::string& path);

}  // namespace image
