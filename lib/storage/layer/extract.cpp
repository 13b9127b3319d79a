// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/extract.hpp"

#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <limits>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <vector>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "storage/layer/layer_path.hpp"
#include "storage/layer/metadata.hpp"

namespace storage {
namespace {

using base::Kind;

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY;
constexpr std::size_t kMostTimes = 1'000'000;

class Extraction {
 public:
  Extraction(TarReader& tar, int root, const Extract& how) : tar_(tar), root_(root), how_(how) {}

  std::int64_t run() {
    TarEntry entry;
    while (tar_.next(entry)) {
      base::check_interrupt();
      if (entry.type != TarType::other) take(entry);
    }
    while (!tar_.rest().empty()) {
      // A writer at the other end of a pipe would else be killed by it.
    }
    set_times();
    return bytes_;
  }

 private:
  struct Time {
    std::string path;
    TarEntry entry;
  };

  std::string below(std::string_view path) const {
    return how_.directory + "/" + std::string(path);
  }

  void take(TarEntry& entry) {
    set_owner(entry);
    const std::string path = clean_layer_path(entry.name);
    if (path.empty()) {
      if (entry.type != TarType::directory)
        base::fail(Kind::corrupt, "the archive's top is not a directory");
      return;  // the directory that was asked for stays as it is
    }
    enter(parent_of(path));
    const std::string name(name_of(path));
    if (entry.type == TarType::directory) return directory(entry, name, path);
    clear_the_way(entry, name);
    switch (entry.type) {
      case TarType::file:
        return file(entry, name);
      case TarType::symlink:
        if (::symlinkat(entry.link.c_str(), parent_.get(), name.c_str()) < 0) fail_making(entry);
        return set_metadata_at(parent_.get(), name, entry, made());
      case TarType::hard_link:
        return hard_link(entry, name);
      default:
        return node(entry, name);
    }
  }

  void set_owner(TarEntry& entry) const {
    // They are rights of the owner inside: given to files of whoever copies, they would be his.
    if (!how_.owner && !how_.keep_owner) {
      if (entry.type != TarType::directory) entry.mode &= ~06000U;
      entry.xattrs.erase("security.capability");
    }
    if (how_.owner) std::tie(entry.uid, entry.gid) = *how_.owner;
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max() - 1;
    if (entry.uid < 0 || entry.gid < 0 || entry.uid > kMost || entry.gid > kMost)
      base::fail(Kind::corrupt, "{} has an impossible owner", shown_name(entry.name));
    if (!how_.mapping) return;
    entry.uid = base::map_id(how_.mapping->uids, static_cast<std::uint32_t>(entry.uid));
    entry.gid = base::map_id(how_.mapping->gids, static_cast<std::uint32_t>(entry.gid));
  }

  Made made() const { return {.owner = !how_.owner && !how_.keep_owner, .mode = false}; }

  /// Makes the directory `path` the one that names are looked up in; missing ones are made.
  void enter(std::string_view path) {
    if (parent_ && path == parent_path_) return;
    const std::string full = below(path);
    auto found = base::find_in_root(root_, full, kDirectoryFlags);
    if (!found) {
      std::string made = how_.directory;
      for (const auto& part : base::split(path, '/')) {
        const auto above = base::open_in_root(root_, made, kDirectoryFlags);
        made += "/" + part;
        if (::mkdirat(above.get(), part.c_str(), 0755) < 0 && errno != EEXIST)
          base::sys_fail("make {}", shown_name(made));
      }
      found = base::open_in_root(root_, full, kDirectoryFlags);
    }
    parent_ = std::move(*found);
    parent_path_ = path;
  }

  void directory(const TarEntry& entry, const std::string& name, const std::string& path) {
    struct stat st {};

    const bool there = find(name, st);
    // As docker and tar do, a link to a directory is kept.
    if (there && S_ISLNK(st.st_mode) &&
        base::find_in_root(root_, below(path), O_PATH | O_DIRECTORY)) {
      return;
    }
    if (there && !S_ISDIR(st.st_mode)) {
      if (!how_.overwrite) {
        base::fail(Kind::usage,
                   "cannot overwrite non-directory \"{}\" with directory \"{}\"",
                   below(path),
                   shown_name(entry.name));
      }
      if (::unlinkat(parent_.get(), name.c_str(), 0) < 0) fail_making(entry);
    }
    if (::mkdirat(parent_.get(), name.c_str(), 0700) < 0 && errno != EEXIST) fail_making(entry);
    const auto fd = base::try_open_at(parent_.get(), name.c_str(), kDirectoryFlags | O_NOFOLLOW);
    if (!fd) fail_making(entry);
    set_metadata(fd.get(), entry, made());
    if (times_.size() < kMostTimes) times_.push_back({path, entry});
  }

  /// What is there goes, as docker and tar do; a directory only where that was asked for.
  void clear_the_way(const TarEntry& entry, const std::string& name) {
    struct stat st {};

    if (!find(name, st)) return;
    if (!S_ISDIR(st.st_mode)) {
      if (::unlinkat(parent_.get(), name.c_str(), 0) < 0 && errno != ENOENT) fail_making(entry);
      return;
    }
    if (!how_.overwrite) {
      base::fail(Kind::usage,
                 "cannot overwrite directory \"{}\" with non-directory \"{}\"",
                 below(clean_layer_path(entry.name)),
                 shown_name(entry.name));
    }
    base::remove_tree(fmt::format("/proc/self/fd/{}/{}", parent_.get(), name));
  }

  bool find(const std::string& name, struct stat& st) const {
    return ::fstatat(parent_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
  }

  void file(const TarEntry& entry, const std::string& name) {
    const auto fd = base::try_open_at(
        parent_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (!fd) fail_making(entry);
    write_content(fd.get(), entry);
    set_metadata(fd.get(), entry, made());
    set_time(fd.get(), entry);
    bytes_ += entry.payload;
  }

  void write_content(int fd, const TarEntry& entry) {
    std::vector<TarRange> ranges = entry.ranges;
    if (!entry.sparse) ranges = {{0, entry.payload}};
    std::string_view piece;
    for (auto& range : ranges) {
      while (range.size > 0) {
        if (piece.empty()) piece = tar_.data();
        if (piece.empty()) base::fail(Kind::corrupt, "{} is cut off", shown_name(entry.name));
        base::check_interrupt();
        const auto part = piece.substr(0, static_cast<std::size_t>(range.size));
        const ssize_t n =
            base::retry([&] { return ::pwrite(fd, part.data(), part.size(), range.offset); });
        if (n <= 0) base::sys_fail("write {}", shown_name(entry.name));
        piece.remove_prefix(static_cast<std::size_t>(n));
        range.offset += n;
        range.size -= n;
      }
    }
    if (entry.sparse && ::ftruncate(fd, entry.size) < 0)
      base::sys_fail("write {}", shown_name(entry.name));
  }

  void hard_link(const TarEntry& entry, const std::string& name) {
    const std::string target = clean_layer_path(entry.link);
    const auto above = base::find_in_root(root_, below(parent_of(target)), kDirectoryFlags);
    if (!above ||
        ::linkat(
            above->get(), std::string(name_of(target)).c_str(), parent_.get(), name.c_str(), 0) <
            0) {
      base::fail(Kind::corrupt,
                 "the hard link {} refers to {}, which is not in the archive",
                 shown_name(entry.name),
                 shown_name(entry.link));
    }
  }

  void node(const TarEntry& entry, const std::string& name) {
    constexpr std::int64_t kMostMajor = 0xfff, kMostMinor = 0xfffff;
    const bool is_device = entry.type != TarType::fifo;
    if (is_device && !how_.devices) return;
    if (entry.major < 0 || entry.major > kMostMajor || entry.minor < 0 || entry.minor > kMostMinor)
      base::fail(Kind::corrupt, "{} has an impossible number", shown_name(entry.name));
    const mode_t type = !is_device                           ? S_IFIFO
                        : entry.type == TarType::char_device ? S_IFCHR
                                                             : S_IFBLK;
    const dev_t device = is_device ? ::makedev(static_cast<unsigned>(entry.major),
                                               static_cast<unsigned>(entry.minor))
                                   : 0;
    if (type == S_IFCHR && device == 0) return;  // to an overlay it would hide what lies below
    if (::mknodat(parent_.get(), name.c_str(), type | (entry.mode & 07777), device) < 0) {
      // As docker does where devices may not be made.
      if (is_device && errno == EPERM) return;
      fail_making(entry);
    }
    // No chmod by name: it would follow what somebody may have put there meanwhile.
    set_metadata_at(parent_.get(), name, entry, {.owner = made().owner, .mode = true});
  }

  [[noreturn]] static void fail_making(const TarEntry& entry) {
    base::sys_fail("make {}", shown_name(entry.name));
  }

  /// What is made in a directory changes its time, so this comes last, the deepest first.
  void set_times() {
    parent_.reset();
    for (auto time = times_.rbegin(); time != times_.rend(); ++time) {
      const auto fd = base::find_in_root(root_, below(time->path), kDirectoryFlags);
      if (fd) set_time(fd->get(), time->entry);
    }
  }

  TarReader& tar_;
  int root_;
  const Extract& how_;
  base::UniqueFd parent_;
  std::string parent_path_;
  std::vector<Time> times_;
  std::int64_t bytes_ = 0;
};

}  // namespace

std::int64_t extract_tar(TarReader& tar, int root, const Extract& how) {
  return Extraction(tar, root, how).run();
}

}  // namespace storage
