// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/directory_cache.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/xattr.h>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "storage/layer/layer_path.hpp"

namespace storage {

DirectoryCache::DirectoryCache(base::UniqueFd root) : root_(describe("", std::move(root))) {}

OpenDirectory DirectoryCache::describe(std::string_view path, base::UniqueFd fd) {
  OpenDirectory directory;

  struct stat st {};

  if (::fstat(fd.get(), &st) < 0) base::sys_fail("stat {}", shown_name(path));
  directory.mtime = st.st_mtim;
  directory.inherited =
      (st.st_mode & S_ISGID) || ::fgetxattr(fd.get(), "system.posix_acl_default", nullptr, 0) >= 0;
  directory.fd = std::move(fd);
  directory.path = path;
  return directory;
}

OpenDirectory* DirectoryCache::find(std::string_view path) {
  if (path.empty()) return &root_;
  for (auto at = held_.begin(); at != held_.end(); ++at) {
    if ((*at)->path != path) continue;
    std::rotate(held_.begin(), at, at + 1);
    return held_.front().get();
  }
  base::UniqueFd fd = base::try_open_beneath(
      root(), std::string(path).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!fd && errno != ENOENT && errno != ELOOP && errno != ENOTDIR) {
    base::sys_fail("open {}", shown_name(path));
  }
  if (!fd) return nullptr;
  return &add(path, std::move(fd));
}

OpenDirectory& DirectoryCache::add(std::string_view path, base::UniqueFd fd) {
  if (held_.size() == kHeld) {
    close(*held_.back());
    held_.pop_back();
  }
  auto directory = std::make_unique<OpenDirectory>(describe(path, std::move(fd)));
  return **held_.insert(held_.begin(), std::move(directory));
}

void DirectoryCache::forget(std::string_view path) {
  std::erase_if(held_, [&](const auto& directory) {
    const std::string_view held = directory->path;
    return held.starts_with(path) && (held.size() == path.size() || held[path.size()] == '/');
  });
}

void DirectoryCache::close_all() {
  for (const auto& directory : held_) close(*directory);
  held_.clear();
  close(root_);
}

void DirectoryCache::close(OpenDirectory& directory) {
  if (!directory.changed) return;
  const timespec times[2] = {{0, UTIME_OMIT}, directory.mtime};
  if (::futimens(directory.fd.get(), times) < 0)
    base::sys_fail("set the time of {}", shown_name(directory.path));
  directory.changed = false;
}

}  // namespace storage
