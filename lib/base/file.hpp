// SPDX-License-Identifier: Apache-2.0
// Whole files: read, replace atomically, and remove trees that may be hostile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace base {

std::string read_file(const std::string& path);
std::optional<std::string> find_file_text(const std::string& path);

/// Whether a finished file must survive a power loss.
enum class Durable { no, yes };

/// Replaces `path` by a file that readers see whole or not at all (write beside it, then rename).
void replace_file(const std::string& path,
                  std::string_view content,
                  mode_t mode = 0644,
                  Durable durable = Durable::no);

/// Writes a new file in place; for files that nobody else can see yet.
void write_file(const std::string& path, std::string_view content, mode_t mode = 0644);

/// Removes a file or a directory with all that is in it, never following a link and never leaving `path`'s
/// file system. Directories without permission bits are opened up first. Missing is fine.
void remove_tree(const std::string& path);

/// A new directory `parent/prefix.XXXXXX`, mode 0700, removed with its content at scope end unless released.
class TempDir {
 public:
  TempDir(const std::string& parent, const std::string& prefix);

  TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }

  TempDir& operator=(TempDir&&) = delete;
  ~TempDir();

  const std::string& path() const { return path_; }

  /// Gives up ownership: the directory stays.
  std::string release();

 private:
  std::string path_;
};

}  // namespace base
