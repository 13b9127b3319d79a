// SPDX-License-Identifier: Apache-2.0
#include "storage/merged_copy.hpp"

#include <cerrno>
#include <fcntl.h>
#include <map>
#include <sys/xattr.h>
#include <tuple>
#include <unistd.h>

#include <climits>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "storage/copy_content.hpp"
#include "storage/marks.hpp"

namespace storage {

namespace {

using Directory = MergedTree::Directory;
using Entry = MergedTree::Entry;

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
constexpr std::size_t kMostAttributes =
    64 * 1024;  // the kernel's limit for all names, and for a value

std::string shown(const std::string& path) {
  return "/" + base::printable(path);
}

/// For what there is no call with a name in a directory that is a descriptor.
std::string proc_path(int dir, const std::string& name) {
  return fmt::format("/proc/self/fd/{}/{}", dir, name);
}

class Copy {
 public:
  Copy(const MergedTree& tree, const std::string& to, const std::optional<base::IdMapping>& mapping)
      : tree_(tree), to_(base::open_file(to, kDirectoryFlags)), mapping_(mapping) {}

  /// A directory's entries are all made before its time is set, and what is below them after: that changes it no more.
  void directory(const Directory& from) {
    base::check_interrupt();
    const auto entries = tree_.entries(from);
    {
      const auto to = base::try_open_beneath(
          to_.get(), from.path.empty() ? "." : from.path.c_str(), kDirectoryFlags);
      if (!to) base::sys_fail("open the copy of {}", shown(from.path));
      for (const std::size_t part : from.parts) part_of_directory(from, part, entries, to.get());
      if (!from.parts.empty()) finish_directory(from, to.get());
    }
    for (const auto& entry : entries) {
      if (S_ISDIR(entry.st.st_mode)) directory(tree_.below(from, entry));
    }
  }

 private:
  void part_of_directory(const Directory& from,
                         std::size_t part,
                         const std::vector<Entry>& entries,
                         int to) {
    const auto fd = tree_.open(part, from.path);
    if (!fd) base::fail(base::Kind::io, "{} has vanished from its layer", shown(from.path));
    for (const auto& entry : entries) {
      if (entry.part == part) make(fd.get(), to, entry, from.path_of(entry.name));
    }
  }

  void finish_directory(const Directory& from, int to) {
    const auto fd = tree_.open(from.parts.front(), from.path);
    if (!fd) base::fail(base::Kind::io, "{} has vanished from its layer", shown(from.path));
    set_all(fd.get(), base::stat_of(fd.get(), from.path), to, from.path);
  }

  void make(int from, int to, const Entry& entry, const std::string& path) {
    if (S_ISDIR(entry.st.st_mode)) {
      if (::mkdirat(to, entry.name.c_str(), 0700) < 0) base::sys_fail("make {}", shown(path));
      return;
    }
    if (is_second_link(entry, to, path)) return;
    if (S_ISREG(entry.st.st_mode)) return file(from, to, entry, path);
    if (S_ISLNK(entry.st.st_mode))
      link(from, to, entry.name, path);
    else if (!node(to, entry, path))
      return;
    set_all_at(from, to, entry, path);
  }

  bool is_second_link(const Entry& entry, int to, const std::string& path) {
    if (entry.st.st_nlink < 2) return false;
    const auto [first, is_new] =
        links_.try_emplace({entry.part, entry.st.st_dev, entry.st.st_ino}, path);
    if (is_new) return false;
    if (::linkat(to_.get(), first->second.c_str(), to, entry.name.c_str(), 0) == 0) return true;
    // A device that was left out; or more links than this file system has: a copy then.
    if (errno != ENOENT && errno != EMLINK) base::sys_fail("link {}", shown(path));
    return false;
  }

  void file(int from, int to, const Entry& entry, const std::string& path) {
    const auto source = base::try_open_at(from, entry.name.c_str(), O_RDONLY | O_NOFOLLOW);
    if (!source) base::sys_fail("open {}", shown(path));
    const auto target =
        base::try_open_at(to, entry.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (!target) base::sys_fail("make {}", shown(path));
    content_.copy(source.get(), entry.st, target.get(), shown(path));
    set_all(source.get(), entry.st, target.get(), path);
  }

  static void link(int from, int to, const std::string& name, const std::string& path) {
    std::string target(PATH_MAX, '\0');
    const ssize_t size = ::readlinkat(from, name.c_str(), target.data(), target.size());
    if (size < 0) base::sys_fail("read the link {}", shown(path));
    target.resize(static_cast<std::size_t>(size));
    if (::symlinkat(target.c_str(), to, name.c_str()) < 0) base::sys_fail("make {}", shown(path));
  }

  /// False when it may not be made here.
  static bool node(int to, const Entry& entry, const std::string& path) {
    const mode_t mode = (entry.st.st_mode & S_IFMT) | 0600;
    if (::mknodat(to, entry.name.c_str(), mode, entry.st.st_rdev) == 0) return true;
    if (errno == EPERM && (S_ISCHR(mode) || S_ISBLK(mode))) return false;
    base::sys_fail("make {}", shown(path));
  }

  std::pair<uid_t, gid_t> owner(const struct stat& st) const {
    if (!mapping_) return {st.st_uid, st.st_gid};
    return {base::map_id(mapping_->uids, st.st_uid), base::map_id(mapping_->gids, st.st_gid)};
  }

  [[noreturn]] void fail_owner(const struct stat& st, const std::string& path) const {
    const auto [uid, gid] = owner(st);
    if (errno != EINVAL && errno != EPERM) base::sys_fail("set the owner of {}", shown(path));
    base::fail(base::Kind::denied, "{} cannot be given to {}:{} here", shown(path), uid, gid);
  }

  /// A change of owner takes capabilities and setuid bits away, so those come after it.
  void set_all(int from, const struct stat& st, int to, const std::string& path) {
    const auto [uid, gid] = owner(st);
    if (::fchown(to, uid, gid) < 0) fail_owner(st, path);
    const auto names = attribute_names(::flistxattr(from, names_.data(), names_.size()));
    for (const auto& name : names) {
      const auto size = ::fgetxattr(from, name.c_str(), value_.data(), value_.size());
      if (size < 0) continue;  // not readable for us, so not ours to copy
      check_attribute(
          ::fsetxattr(to, name.c_str(), value_.data(), static_cast<std::size_t>(size), 0),
          name,
          path);
    }
    if (::fchmod(to, st.st_mode & 07777) < 0) base::sys_fail("set the mode of {}", shown(path));
    const timespec times[2] = {st.st_atim, st.st_mtim};
    if (::futimens(to, times) < 0) base::sys_fail("set the time of {}", shown(path));
  }

  /// The same for what cannot be opened. Nobody else sees the copy yet, so names lead where they did.
  void set_all_at(int from, int to, const Entry& entry, const std::string& path) {
    const auto [uid, gid] = owner(entry.st);
    const char* name = entry.name.c_str();
    if (::fchownat(to, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0) fail_owner(entry.st, path);
    const std::string source = proc_path(from, entry.name), target = proc_path(to, entry.name);
    for (const auto& key :
         attribute_names(::llistxattr(source.c_str(), names_.data(), names_.size()))) {
      const auto size = ::lgetxattr(source.c_str(), key.c_str(), value_.data(), value_.size());
      if (size < 0) continue;
      check_attribute(
          ::lsetxattr(
              target.c_str(), key.c_str(), value_.data(), static_cast<std::size_t>(size), 0),
          key,
          path);
    }
    if (!S_ISLNK(entry.st.st_mode) && ::fchmodat(to, name, entry.st.st_mode & 07777, 0) < 0)
      base::sys_fail("set the mode of {}", shown(path));
    const timespec times[2] = {entry.st.st_atim, entry.st.st_mtim};
    if (::utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) < 0)
      base::sys_fail("set the time of {}", shown(path));
  }

  /// Of what is in names_. Of no use for a file system without them (negative).
  std::vector<std::string> attribute_names(ssize_t size) const {
    std::vector<std::string> names;
    for (ssize_t at = 0; at < size;) {
      std::string name = names_.data() + at;
      at += static_cast<ssize_t>(name.size()) + 1;
      if (!is_overlay_attribute(name)) names.push_back(std::move(name));
    }
    return names;
  }

  /// As when layers are unpacked: what this file system, user or kind of file may not have is passed over.
  static void check_attribute(int result, const std::string& name, const std::string& path) {
    if (result == 0 || errno == ENOTSUP || errno == EPERM) return;
    base::sys_fail("set the attribute {} of {}", base::printable(name), shown(path));
  }

  const MergedTree& tree_;
  base::UniqueFd to_;
  const std::optional<base::IdMapping>& mapping_;
  ContentCopier content_;
  std::vector<char> names_ = std::vector<char>(kMostAttributes), value_ = names_;
  std::map<std::tuple<std::size_t, dev_t, ino_t>, std::string> links_;  ///< first names
};

}  // namespace

void copy_merged(const MergedTree& tree,
                 const std::string& to,
                 const std::optional<base::IdMapping>& mapping) {
  Copy(tree, to, mapping).directory(tree.root());
}

}  // namespace storage
