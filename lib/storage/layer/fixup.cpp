// SPDX-License-Identifier: Apache-2.0
// The fix-up layer of an image. The overlay takes a directory's owner and mode from the highest
// layer that has it. A layer whose tar has "a/b" but not "a" did not mean to change "a", yet has it
// on disk with made-up ones.
#include <fcntl.h>
#include <map>
#include <set>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "storage/layer/layer_path.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/marks.hpp"

namespace storage {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

using Xattrs = std::map<std::string, std::string>;

Xattrs xattrs_of(int fd, const std::string& path) {
  Xattrs result;
  std::string names(64 * 1024, '\0');  // the kernel's limit for all names, and below for a value
  const ssize_t size = ::flistxattr(fd, names.data(), names.size());
  if (size < 0 && errno == ENOTSUP) return result;
  if (size < 0) base::sys_fail("list the attributes of {}", path);
  names.resize(static_cast<std::size_t>(size));
  for (const std::string& name : base::split(names, '\0')) {
    if (name.empty() || is_overlay_attribute(name)) continue;
    std::string value(64 * 1024, '\0');
    const ssize_t length = ::fgetxattr(fd, name.c_str(), value.data(), value.size());
    if (length < 0) continue;  // not readable for us, so not ours to copy
    result[name] = value.substr(0, static_cast<std::size_t>(length));
  }
  return result;
}

/// What one layer has at a path.
struct Look {
  enum class Has { nothing, directory, other } has = Has::nothing;
  base::UniqueFd fd;    ///< of the directory
  bool covers = false;  ///< an opaque directory on the way hides what the layers below have there
};

Look look(int root, const std::string& path) {
  Look found;
  found.has = Look::Has::directory;
  found.fd = base::duplicate(root);
  for (const std::string& part : base::split(path, '/')) {
    if (part.empty()) continue;

    struct stat st {};

    if (::fstatat(found.fd.get(), part.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) {
      if (errno != ENOENT) base::sys_fail("stat {}", shown_name(path));
      found.has = is_hidden_below(found.fd.get(), part) ? Look::Has::other : Look::Has::nothing;
      return found;
    }
    if (!S_ISDIR(st.st_mode)) {  // a whiteout, too
      found.has = Look::Has::other;
      return found;
    }
    found.covers = found.covers || is_hidden_below(found.fd.get(), part);
    found.fd = base::try_open_at(found.fd.get(), part.c_str(), kDirectoryFlags);
    if (!found.fd) base::sys_fail("open {}", shown_name(path));
    found.covers = found.covers || is_opaque(found.fd.get());
  }
  return found;
}

class Fixup {
 public:
  Fixup(const std::vector<std::string>& diffs,
        const std::vector<std::vector<std::string>>& implicit,
        std::string directory)
      : directory_(std::move(directory)) {
    for (std::size_t i = 0; i < diffs.size(); ++i) {
      layers_.push_back({base::open_file(diffs[i], kDirectoryFlags), {}});
      for (const auto& path : implicit.at(i))
        layers_.back().implicit.insert(clean_layer_path(path));
    }
  }

  bool write() {
    std::set<std::string> all;
    for (const Layer& layer : layers_) all.insert(layer.implicit.begin(), layer.implicit.end());
    for (const std::string& path : all) {
      if (needs_mending(path)) make(path);
    }
    set_times();
    return !made_.empty();
  }

 private:
  struct Layer {
    base::UniqueFd root;
    std::set<std::string> implicit;
  };

  /// The directory as the overlay shows it, and the one whose owner and mode it should have.
  struct Sources {
    base::UniqueFd shown, meant;
  };

  Sources sources(const std::string& path) const {
    Sources result;
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
      Look found = look(layer->root.get(), path);
      if (found.has == Look::Has::other) break;
      if (found.has == Look::Has::directory) {
        if (!result.shown) result.shown = base::duplicate(found.fd.get());
        if (!layer->implicit.contains(path)) {
          result.meant = std::move(found.fd);
          break;
        }
      }
      if (found.covers) break;
    }
    return result;
  }

  bool needs_mending(const std::string& path) const {
    const Sources found = sources(path);
    if (!found.shown || !found.meant) return false;
    const struct stat shown = base::stat_of(found.shown.get(), path);
    const struct stat meant = base::stat_of(found.meant.get(), path);
    return shown.st_mode != meant.st_mode || shown.st_uid != meant.st_uid ||
           shown.st_gid != meant.st_gid ||
           xattrs_of(found.shown.get(), path) != xattrs_of(found.meant.get(), path);
  }

  /// Makes the directory and those above it: each of them will be the highest of its name.
  void make(const std::string& path) {
    if (made_.contains(path)) return;
    if (!path.empty()) make(std::string(parent_of(path)));
    const std::string target = directory_ + "/diff" + (path.empty() ? "" : "/") + path;
    base::make_directory(target, 0700);
    const base::UniqueFd fd = base::open_file(target, kDirectoryFlags);
    const Sources found = sources(path);
    const int from = found.meant ? found.meant.get() : found.shown.get();
    const struct stat st = base::stat_of(from, path);
    if (::fchown(fd.get(), st.st_uid, st.st_gid) < 0) base::sys_fail("set the owner of {}", target);
    for (const auto& [name, value] : xattrs_of(from, path)) {
      if (::fsetxattr(fd.get(), name.c_str(), value.data(), value.size(), 0) < 0 &&
          errno != EPERM) {
        base::sys_fail("set the attribute {} of {}", name, target);
      }
    }
    if (::fchmod(fd.get(), st.st_mode & 07777) < 0) base::sys_fail("set the mode of {}", target);
    made_[path] = st.st_mtim;
  }

  void set_times() const {
    for (const auto& [path, mtime] : made_) {
      const std::string target = directory_ + "/diff/" + path;
      const timespec times[2] = {mtime, mtime};
      if (::utimensat(AT_FDCWD, target.c_str(), times, 0) < 0)
        base::sys_fail("set the time of {}", target);
    }
  }

  std::string directory_;
  std::vector<Layer> layers_;
  std::map<std::string, timespec> made_;
};

}  // namespace

bool write_fixup(const std::vector<std::string>& layer_diffs,
                 const std::vector<std::vector<std::string>>& implicit,
                 const std::string& directory) {
  return Fixup(layer_diffs, implicit, directory).write();
}

}  // namespace storage
