// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/sys.hpp"

namespace base {

std::string read_file(const std::string& path) {
  const UniqueFd fd = open_file(path, O_RDONLY);
  return in_context("read " + path, [&] { return read_rest(fd.get()); });
}

std::optional<std::string> find_file_text(const std::string& path) {
  const auto fd = find_file(path, O_RDONLY);
  if (!fd) return std::nullopt;
  return in_context("read " + path, [&] { return read_rest(fd->get()); });
}

void write_file(const std::string& path, std::string_view content, mode_t mode) {
  const UniqueFd fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
  if (::fchmod(fd.get(), mode) < 0) sys_fail("set the mode of {}", path);
  in_context("write " + path, [&] { write_full(fd.get(), content); });
}

void replace_file(const std::string& path, std::string_view content, mode_t mode, Durable durable) {
  const std::string beside = path + "." + random_hex(8) + ".tmp";
  try {
    const UniqueFd fd = open_file(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    if (::fchmod(fd.get(), mode) < 0) sys_fail("set the mode of {}", path);
    in_context("write " + path, [&] { write_full(fd.get(), content); });
    if (durable == Durable::yes && ::fsync(fd.get()) < 0) sys_fail("sync {}", path);
    rename_path(beside, path);
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
}

namespace {

/// Removes below one top directory. Depth is bounded: a tree deeper than kDeepest would use up descriptors, so
/// what lies below is moved up into the top directory first and removed from there.
class TreeRemover {
 public:
  /// `type` is what the listing of the parent says of it (DT_*).
  void remove(int parent, const char* name, int depth, unsigned char type = DT_UNKNOWN) {
    if (type != DT_DIR && remove_file_in(parent, name)) return;
    if (::unlinkat(parent, name, AT_REMOVEDIR) == 0) return;
    if (depth >= kDeepest) return lift(parent, name);
    empty(open_directory(parent, name), depth);
    if (::unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT) sys_fail("remove {}", name);
  }

 private:
  static constexpr int kDeepest = 200;

  /// False when it is a directory.
  static bool remove_file_in(int parent, const char* name) {
    if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
    if (errno == EACCES && ::fchmod(parent, 0700) == 0 && ::unlinkat(parent, name, 0) == 0)
      return true;
    if (errno != EISDIR && errno != EPERM) sys_fail("remove {}", name);
    return false;
  }

  /// A directory that its own mode locks is given permission bits first.
  static UniqueFd open_directory(int parent, const char* name) {
    auto fd = try_open(parent, name, O_RDONLY);
    if (!fd && errno == EACCES) {
      // By its descriptor: the name may lead elsewhere by now.
      const auto locked = try_open(parent, name, O_PATH);
      if (locked && ::chmod(fmt::format("/proc/self/fd/{}", locked.get()).c_str(), 0700) == 0)
        fd = try_open(parent, name, O_RDONLY);
    }
    if (!fd && errno == EXDEV) errno = EBUSY;  // somebody has mounted something there
    if (!fd) sys_fail("open {} to remove it", name);
    return fd;
  }

  /// Below the top, no other file system is entered: what is mounted there is not ours to remove.
  static UniqueFd try_open(int parent, const char* name, int flags) {
    flags |= O_DIRECTORY | O_NOFOLLOW;
    return parent == AT_FDCWD ? try_open_at(parent, name, flags)
                              : try_open_beneath(parent, name, flags);
  }

  void empty(UniqueFd fd, int depth) {
    const int dir_fd = fd.get();
    std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(fd.get()), ::closedir);
    if (!dir) sys_fail("list a directory to remove it");
    fd.release();
    if (depth == 0) top_ = dir_fd;
    // At the top, what was lifted up meanwhile may lie behind the reading position: read until nothing is left.
    for (bool again = true; again; ::rewinddir(dir.get())) {
      again = false;
      while (const dirent* entry = ::readdir(dir.get())) {
        const std::string_view child = entry->d_name;
        if (child == "." || child == "..") continue;
        remove(dir_fd, entry->d_name, depth + 1, entry->d_type);
        again = depth == 0;
      }
    }
  }

  void lift(int parent, const char* name) const {
    const std::string lifted = ".lifted-" + random_hex(16);
    if (::renameat(parent, name, top_, lifted.c_str()) < 0) sys_fail("remove {}", name);
  }

  int top_ = -1;
};

}  // namespace

void remove_tree(const std::string& path) {
  in_context("remove " + path, [&] { TreeRemover().remove(AT_FDCWD, path.c_str(), 0); });
}

TempDir::TempDir(const std::string& parent, const std::string& prefix)
    : path_(parent + "/" + prefix + ".XXXXXX") {
  if (!::mkdtemp(path_.data())) sys_fail("make a directory in {}", parent);
}

TempDir::~TempDir() {
  if (path_.empty()) return;
  try {
    remove_tree(path_);
  } catch (const std::exception&) {
    // Nothing more can be done here; the owner of the parent sweeps it.
  }
}

std::string TempDir::release() {
  return std::exchange(path_, {});
}

}  // namespace base
