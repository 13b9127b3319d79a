// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/tree_tar.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <memory>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include <climits>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "storage/layer/layer_path.hpp"
#include "storage/layer/metadata.hpp"
#include "storage/marks.hpp"

namespace storage {
namespace {

using base::Kind;

/// Each level holds a descriptor.
constexpr int kMostDepth = 900;
constexpr std::size_t kBuffer = 256 * 1024;

std::string proc_path(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

/// The extended attributes of an open file, or of a thing in an open directory.
class Xattrs {
 public:
  explicit Xattrs(int fd) : fd_(fd) {}

  /// There is no call for a name in a directory that is a descriptor.
  Xattrs(int dir, const std::string& name) : path_(proc_path(dir) + "/" + name) {}

  std::vector<std::string> names() const {
    std::string list(65536, '\0');  // the kernel's own limits, here and below
    const ssize_t size = path_.empty() ? ::flistxattr(fd_, list.data(), list.size())
                                       : ::llistxattr(path_.c_str(), list.data(), list.size());
    std::vector<std::string> names;
    for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(names.back().size()) + 1)
      names.emplace_back(list.c_str() + at);
    return names;
  }

  std::string value(const std::string& name) const {
    std::string value(65536, '\0');
    const ssize_t size = path_.empty()
                             ? ::fgetxattr(fd_, name.c_str(), value.data(), value.size())
                             : ::lgetxattr(path_.c_str(), name.c_str(), value.data(), value.size());
    value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return value;
  }

 private:
  int fd_ = -1;
  std::string path_;
};

/// What means the same on another machine.
bool is_portable(const std::string& name) {
  if (is_overlay_attribute(name)) return false;
  return name.starts_with("user.") || name == "security.capability" ||
         name.starts_with("system.posix_acl_");
}

TarType type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return TarType::file;
    case S_IFDIR:
      return TarType::directory;
    case S_IFLNK:
      return TarType::symlink;
    case S_IFCHR:
      return TarType::char_device;
    case S_IFBLK:
      return TarType::block_device;
    case S_IFIFO:
      return TarType::fifo;
    default:
      return TarType::other;
  }
}

class TreeWriter {
 public:
  TreeWriter(TarWriter& tar, const TreeTar& how)
      : tar_(tar), how_(how), buffer_(std::make_unique<char[]>(kBuffer)) {}

  void top(int dir, const std::string& name) {
    struct stat st {};

    if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
      base::sys_fail("read {}", shown_name(name));
    if (!S_ISDIR(st.st_mode)) return leaf(dir, name, how_.name, st);
    directory(open_directory(dir, name.empty() ? "." : name), how_.name, "", 0);
  }

 private:
  static base::UniqueFd open_directory(int dir, const std::string& name) {
    auto fd = base::try_open_at(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) base::sys_fail("open {}", shown_name(name));
    return fd;
  }

  TarEntry entry_of(const std::string& shown, const struct stat& st) const {
    TarEntry entry;
    entry.type = type_of(st.st_mode);
    entry.name = shown;
    entry.mode = st.st_mode & 07777;
    entry.uid = how_.mapping ? base::unmap_id(how_.mapping->uids, st.st_uid) : st.st_uid;
    entry.gid = how_.mapping ? base::unmap_id(how_.mapping->gids, st.st_gid) : st.st_gid;
    entry.mtime = st.st_mtim;
    if (entry.type == TarType::char_device || entry.type == TarType::block_device) {
      entry.major = ::major(st.st_rdev);
      entry.minor = ::minor(st.st_rdev);
    }
    return entry;
  }

  /// Returns true when the directory hides what the layers below have in it.
  bool add_xattrs(TarEntry& entry, const Xattrs& xattrs) const {
    bool opaque = false;
    for (const auto& name : xattrs.names()) {
      if (is_portable(name)) entry.xattrs[name] = xattrs.value(name);
      if (!how_.is_upper || !is_overlay_attribute(name)) continue;
      const std::string own = name.substr(name.rfind('.') + 1);
      if (own == "opaque") opaque = xattrs.value(name) == "y";
      if (own == "redirect" || own == "metacopy") {
        base::fail(Kind::unsupported,
                   "{}: this kernel's overlay keeps it as a reference to a lower layer ({})",
                   shown_name(entry.name),
                   own);
      }
    }
    return opaque;
  }

  void directory(const base::UniqueFd& fd,
                 const std::string& shown,
                 const std::string& below,
                 int depth) {
    if (depth > kMostDepth) base::fail(Kind::unsupported, "{} lies too deep", shown_name(shown));
    const auto st = base::stat_of(fd.get(), shown);
    TarEntry entry = entry_of(shown + "/", st);
    const bool opaque = add_xattrs(entry, Xattrs(fd.get()));
    if (depth > 0 || how_.with_top) tar_.begin(entry);
    const std::string prefix = shown == "." ? "" : shown + "/";
    if (opaque) whiteout(prefix + ".wh..wh..opq", st);
    add_removed(prefix, below, st);
    auto names = base::list_directory(proc_path(fd.get()));
    std::sort(names.begin(), names.end());
    for (const auto& name : names) {
      base::check_interrupt();
      const std::string path = below.empty() ? name : below + "/" + name;
      if (how_.delta && !how_.delta->present.contains(path)) continue;
      if (!how_.without.contains(path)) child(fd.get(), name, prefix + name, path, depth);
    }
  }

  void add_removed(const std::string& prefix, const std::string& below, const struct stat& st) {
    if (!how_.delta) return;
    const auto removed = how_.delta->removed.find(below);
    if (removed == how_.delta->removed.end()) return;
    for (const auto& name : removed->second) whiteout(whiteout_name(prefix + name), st);
  }

  void child(int dir,
             const std::string& name,
             const std::string& shown,
             const std::string& below,
             int depth) {
    struct stat st {};

    // What vanishes between listing and looking was not there.
    if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) return;
    if (!S_ISDIR(st.st_mode)) {
      if (how_.is_upper && is_whiteout(st)) return whiteout(whiteout_name(shown), st);
      return leaf(dir, name, shown, st);
    }
    const auto fd = base::try_open_at(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return;
    if (!fd) base::sys_fail("open {}", shown_name(shown));
    directory(fd, shown, below, depth + 1);
  }

  static std::string whiteout_name(const std::string& shown) {
    const std::string_view parent = parent_of(shown);
    return (parent.empty() ? "" : std::string(parent) + "/") + ".wh." + std::string(name_of(shown));
  }

  void whiteout(const std::string& shown, const struct stat& st) {
    TarEntry entry;
    entry.name = shown;
    entry.mode = 0;
    entry.mtime = st.st_mtim;
    tar_.begin(entry);
  }

  /// Anything but a directory.
  void leaf(int dir, const std::string& name, const std::string& shown, const struct stat& st) {
    TarEntry entry = entry_of(shown, st);
    if (entry.type == TarType::other) return;  // sockets mean nothing without their process
    if (entry.type == TarType::file) return file(dir, name, shown);
    if (is_second_link(entry, st)) return tar_.begin(entry);
    if (entry.type == TarType::symlink) {
      std::string target(PATH_MAX, '\0');
      const ssize_t size = ::readlinkat(dir, name.c_str(), target.data(), target.size());
      if (size < 0) return;  // it is one no more
      entry.link = target.substr(0, static_cast<std::size_t>(size));
    }
    add_xattrs(entry, Xattrs(dir, name));
    tar_.begin(entry);
  }

  bool is_second_link(TarEntry& entry, const struct stat& st) {
    if (st.st_nlink < 2) return false;
    const auto [first, is_new] = links_.try_emplace({st.st_dev, st.st_ino}, entry.name);
    if (is_new) return false;
    entry.type = TarType::hard_link;
    entry.link = first->second;
    return true;
  }

  void file(int dir, const std::string& name, const std::string& shown) {
    // It may be a device by now, which must not even be opened.
    const auto found = base::try_open_at(dir, name.c_str(), O_PATH | O_NOFOLLOW);
    if (!found && errno == ENOENT) return;
    if (!found) base::sys_fail("open {}", shown_name(shown));
    const auto st = base::stat_of(found.get(), shown);
    if (!S_ISREG(st.st_mode)) return;
    const auto fd = base::open_file(fmt::format("/proc/self/fd/{}", found.get()), O_RDONLY);
    TarEntry entry = entry_of(shown, st);
    if (is_second_link(entry, st)) return tar_.begin(entry);
    add_xattrs(entry, Xattrs(fd.get()));
    entry.size = st.st_size;
    tar_.begin(entry);
    content(fd.get(), st.st_size, shown);
  }

  /// Exactly as many bytes as were announced: a file that shrinks meanwhile ends with zeros.
  void content(int fd, std::int64_t left, const std::string& shown) {
    while (left > 0) {
      base::check_interrupt();
      const auto want = static_cast<std::size_t>(std::min<std::int64_t>(left, kBuffer));
      ssize_t n = base::retry([&] { return ::read(fd, buffer_.get(), want); });
      if (n < 0) base::sys_fail("read {}", shown_name(shown));
      if (n == 0) {
        std::fill_n(buffer_.get(), want, '\0');
        n = static_cast<ssize_t>(want);
      }
      tar_.write(buffer_.get(), static_cast<std::size_t>(n));
      left -= n;
    }
  }

  TarWriter& tar_;
  const TreeTar& how_;
  std::unique_ptr<char[]> buffer_;
  std::map<std::pair<dev_t, ino_t>, std::string> links_;  ///< of files with several names
};

}  // namespace

void write_tree(TarWriter& tar, int dir, const std::string& name, const TreeTar& how) {
  TreeWriter(tar, how).top(dir, name);
}

}  // namespace storage
