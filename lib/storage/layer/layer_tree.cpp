// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/layer_tree.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <climits>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "storage/layer/layer_path.hpp"
#include "storage/marks.hpp"

namespace storage {
namespace {

using base::Kind;

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
constexpr int kMostLinks = 40;  // as many as the kernel follows
constexpr std::int64_t kMostImplicitBytes = std::int64_t{64} << 20;
constexpr std::int64_t kMostMajor = 0xfff, kMostMinor = 0xfffff;

bool find_stat_at(int dir, const std::string& name, struct stat& st) {
  if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno != ENOENT) base::sys_fail("stat {}", shown_name(name));
  return false;
}

[[noreturn]] void fail_making(const LayerTree::Place& place) {
  const std::string path = shown_name(place.path());
  if (errno == ENAMETOOLONG || errno == ENOENT || errno == EFBIG) {
    base::fail(Kind::corrupt, "the entry {} cannot be made: {}", path, base::errno_text(errno));
  }
  base::sys_fail("make {}", path);
}

std::string read_link_at(int dir, const std::string& name) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(dir, name.c_str(), target.data(), target.size());
  if (size < 0) base::sys_fail("read the link {}", shown_name(name));
  target.resize(static_cast<std::size_t>(size));
  return target;
}

void push_parts(std::vector<std::string>& todo, std::string_view path) {
  auto parts = base::split(path, '/');
  todo.insert(
      todo.end(), std::make_move_iterator(parts.rbegin()), std::make_move_iterator(parts.rend()));
}

base::UniqueFd make_root(const std::string& directory) {
  base::make_directory(directory + "/diff", 0755);
  base::UniqueFd fd = base::open_file(directory + "/diff", kDirectoryFlags);
  if (::fchmod(fd.get(), 0755) < 0) base::sys_fail("set the mode of {}/diff", directory);
  return fd;
}

}  // namespace

LayerTree::LayerTree(const std::string& directory, Options options)
    : options_(options),
      directories_(make_root(directory)),
      replaced_(directory + "/replaced"),
      uid_(::geteuid()),
      gid_(::getegid()) {}

LayerTree::Place LayerTree::place(std::string_view path) {
  Place place{&open_parent(parent_of(path)), std::string(name_of(path))};
  if (place.parent->path.size() + 1 + place.name.size() >= PATH_MAX) {
    base::fail(Kind::corrupt, "the entry {} has too long a name", shown_name(path));
  }
  return place;
}

/// Finds a directory component by component, following the layer's own symlinks with diff/ as the
/// root.
class LayerTree::Walk {
 public:
  Walk(LayerTree& tree, std::string_view path, bool make) : tree_(tree), whole_(path), make_(make) {
    push_parts(todo_, path);
  }

  OpenDirectory& run() {
    while (!todo_.empty()) {
      const std::string part = std::move(todo_.back());
      todo_.pop_back();
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        go_up();
      } else {
        step(part);
      }
    }
    OpenDirectory* found = tree_.directories_.find(path_);
    return found ? *found : tree_.directories_.add(path_, std::move(fd_));
  }

 private:
  int current() const { return fd_ ? fd_.get() : tree_.directories_.root(); }

  void step(const std::string& part) {
    struct stat st {};

    const bool exists = find_stat_at(current(), part, st);
    if (exists && S_ISLNK(st.st_mode)) return follow(part);
    if (exists && S_ISDIR(st.st_mode)) {
      enter(part, base::try_open_at(current(), part.c_str(), kDirectoryFlags));
    } else if (make_ && (!exists || is_whiteout(st))) {
      const std::string path = path_.empty() ? part : path_ + "/" + part;
      enter(part, tree_.make_implicit(current(), path, part, /*hides=*/exists));
    } else if (!exists) {
      base::fail(Kind::corrupt, "{} is not in the layer", shown_name(whole_));
    } else {
      base::fail(Kind::corrupt,
                 "{} is needed as a directory, but is none",
                 shown_name(path_ + "/" + part));
    }
  }

  void enter(const std::string& part, base::UniqueFd fd) {
    if (!fd) base::sys_fail("open {}", shown_name(part));
    fd_ = std::move(fd);
    if (!path_.empty()) path_ += '/';
    path_ += part;
    if (path_.size() >= PATH_MAX)
      base::fail(Kind::corrupt, "the entry {} lies too deep", shown_name(whole_));
  }

  void follow(const std::string& part) {
    if (++links_ > kMostLinks)
      base::fail(Kind::corrupt, "too many symlinks on the way to {}", shown_name(whole_));
    const std::string target = read_link_at(current(), part);
    push_parts(todo_, target);
    if (!target.starts_with('/')) return;
    path_.clear();
    fd_.reset();
  }

  void go_up() {
    path_.resize(parent_of(path_).size());
    fd_.reset();
    if (path_.empty()) return;  // the root's parent is the root
    fd_ = base::try_open_beneath(tree_.directories_.root(), path_.c_str(), kDirectoryFlags);
    if (!fd_) base::sys_fail("open {}", shown_name(path_));
  }

  LayerTree& tree_;
  std::string_view whole_;
  bool make_;
  std::vector<std::string> todo_;  ///< next one last
  std::string path_;               ///< where we are
  base::UniqueFd fd_;              ///< the same; none is the root
  int links_ = 0;
};

OpenDirectory& LayerTree::open_parent(std::string_view path) {
  if (OpenDirectory* found = directories_.find(path)) return *found;
  return Walk(*this, path, /*make=*/true).run();
}

base::UniqueFd LayerTree::make_implicit(int parent,
                                        const std::string& path,
                                        const std::string& name,
                                        bool hides) {
  implicit_bytes_ += static_cast<std::int64_t>(path.size());
  if (++implicit_made_ > options_.most_implicit || implicit_bytes_ > kMostImplicitBytes) {
    base::fail(Kind::corrupt, "too many directories have no entry of their own");
  }

  struct stat before {};

  if (::fstat(parent, &before) < 0) base::sys_fail("stat the parent of {}", shown_name(path));
  if (hides && ::unlinkat(parent, name.c_str(), 0) < 0)
    base::sys_fail("replace {}", shown_name(path));
  if (::mkdirat(parent, name.c_str(), 0755) < 0) base::sys_fail("make {}", shown_name(path));
  base::UniqueFd fd = base::try_open_at(parent, name.c_str(), kDirectoryFlags);
  if (!fd || ::fchown(fd.get(), 0, 0) < 0 || ::fchmod(fd.get(), 0755) < 0) {
    base::sys_fail("make {}", shown_name(path));
  }
  const timespec times[2] = {{0, UTIME_OMIT}, before.st_mtim};
  if (::futimens(parent, times) < 0)
    base::sys_fail("set the time of the parent of {}", shown_name(path));
  if (hides) {
    set_opaque(
        fd.get(), path, options_.attributes);  // a whiteout of the same layer hid what lies below
  } else {
    implicit_.insert(path);
  }
  return fd;
}

Made LayerTree::made(const Place& place, const TarEntry& entry) const {
  const bool plain = !place.parent->inherited;
  return {.owner = plain && entry.uid == uid_ && entry.gid == gid_,
          .mode = plain && options_.no_umask && (entry.mode & 07000) == 0 && entry.xattrs.empty()};
}

template <typename Make>
LayerTree::Was LayerTree::create(const Place& place, Make make) {
  if (place.name.empty()) base::fail(Kind::corrupt, "the layer's root is not a directory");
  place.parent->changed = true;
  if (make()) return Was::nothing;
  if (errno != EEXIST) fail_making(place);
  const Was was = remove(place);
  if (!make()) fail_making(place);
  return was;
}

base::UniqueFd LayerTree::create_file(const Place& place, const TarEntry& entry) {
  base::UniqueFd fd;
  create(place, [&] {
    fd = base::try_open_at(place.parent->fd.get(),
                           place.name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                           entry.mode & 0777);
    return static_cast<bool>(fd);
  });
  return fd;
}

std::uint64_t LayerTree::finish_file(int fd, const Place& place, const TarEntry& entry) {
  set_metadata(fd, entry, made(place, entry));

  struct stat st {};

  if (::fstat(fd, &st) < 0) base::sys_fail("stat {}", shown_name(entry.name));
  set_time(fd, entry);
  return st.st_ino;
}

void LayerTree::make_directory(const Place& place, const TarEntry& entry) {
  const std::string path = place.path();
  OpenDirectory* directory = directories_.find(path);
  const bool is_new = directory == nullptr;
  if (is_new) {
    const Was was = create(place, [&] {
      return ::mkdirat(place.parent->fd.get(), place.name.c_str(), entry.mode & 0777) == 0;
    });
    base::UniqueFd fd =
        base::try_open_at(place.parent->fd.get(), place.name.c_str(), kDirectoryFlags);
    if (!fd) base::sys_fail("open {}", shown_name(path));
    if (was == Was::whiteout) set_opaque(fd.get(), path, options_.attributes);
    directory = &directories_.add(path, std::move(fd));
  }
  set_metadata(directory->fd.get(), entry, is_new ? made(place, entry) : Made{});
  directory->mtime = entry.mtime;
  directory->changed = true;
  directory->inherited =
      (entry.mode & S_ISGID) || entry.xattrs.contains("system.posix_acl_default");
  implicit_.erase(path.empty() ? "." : path);
}

void LayerTree::make_symlink(const Place& place, const TarEntry& entry) {
  create(place, [&] {
    return ::symlinkat(entry.link.c_str(), place.parent->fd.get(), place.name.c_str()) == 0;
  });
  set_metadata_at(place.parent->fd.get(), place.name, entry, made(place, entry));
}

void LayerTree::make_node(const Place& place, const TarEntry& entry) {
  if (entry.major < 0 || entry.major > kMostMajor || entry.minor < 0 || entry.minor > kMostMinor) {
    base::fail(Kind::corrupt, "the device {} has an impossible number", shown_name(entry.name));
  }
  const mode_t type = entry.type == TarType::fifo          ? S_IFIFO
                      : entry.type == TarType::char_device ? S_IFCHR
                                                           : S_IFBLK;
  const dev_t device = type == S_IFIFO ? 0
                                       : ::makedev(static_cast<unsigned>(entry.major),
                                                   static_cast<unsigned>(entry.minor));
  if (type == S_IFCHR && device == 0)
    return;  // to the overlay a whiteout, which a layer may only ask for by name
  bool allowed = true;
  create(place, [&] {
    if (::mknodat(place.parent->fd.get(), place.name.c_str(), type | (entry.mode & 0777), device) ==
        0)
      return true;
    allowed = errno != EPERM || type == S_IFIFO;
    return !allowed;
  });
  if (allowed) set_metadata_at(place.parent->fd.get(), place.name, entry, made(place, entry));
}

void LayerTree::make_hard_link(const Place& place, std::string_view target) {
  OpenDirectory* parent = directories_.find(parent_of(target));
  if (!parent) parent = &Walk(*this, parent_of(target), /*make=*/false).run();
  // A descriptor of our own: the place may be a directory above the target, and is removed first.
  const base::UniqueFd target_fd = base::duplicate(parent->fd.get());
  const std::string target_name(name_of(target));

  struct stat wanted {};

  struct stat there {};

  if (target_name.empty() || !find_stat_at(target_fd.get(), target_name, wanted)) {
    base::fail(Kind::corrupt,
               "the hard link {} refers to {}, which is not in the layer",
               shown_name(place.path()),
               shown_name(target));
  }
  if (S_ISDIR(wanted.st_mode)) {
    base::fail(Kind::corrupt, "the hard link {} refers to a directory", shown_name(place.path()));
  }
  if (!place.name.empty() && find_stat_at(place.parent->fd.get(), place.name, there) &&
      there.st_ino == wanted.st_ino) {
    return;  // it is that file already: replacing it would lose both
  }
  create(place, [&] {
    return ::linkat(target_fd.get(),
                    target_name.c_str(),
                    place.parent->fd.get(),
                    place.name.c_str(),
                    0) == 0;
  });
}

void LayerTree::make_whiteout(const Place& place) {
  place.parent->changed = true;
  if (options_.attributes == Attributes::none)
    return make_named_mark(place, std::string(kMarkPrefix) + place.name);
  if (::mknodat(place.parent->fd.get(), place.name.c_str(), S_IFCHR, 0) == 0) return;
  if (errno != EEXIST) fail_making(place);
  // What the same layer has stays; a directory must not let the one below shine through.
  if (const OpenDirectory* directory = directories_.find(place.path())) {
    set_opaque(directory->fd.get(), directory->path, options_.attributes);
  }
}

void LayerTree::make_named_mark(const Place& place, const std::string& name) {
  place.parent->changed = true;
  const auto fd =
      base::try_open_at(place.parent->fd.get(), name.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW, 0);
  if (!fd) fail_making(place);
}

void LayerTree::make_opaque(const Place& place) {
  if (options_.attributes == Attributes::none)
    return make_named_mark(place, std::string(kOpaqueMark));
  set_opaque(place.parent->fd.get(), place.parent->path, options_.attributes);
}

LayerTree::Was LayerTree::remove(const Place& place) {
  const int parent = place.parent->fd.get();

  struct stat st {};

  if (!find_stat_at(parent, place.name, st)) return Was::nothing;
  if (S_ISDIR(st.st_mode)) {
    const std::string path = place.path();
    directories_.forget(path);
    std::erase_if(implicit_, [&](const std::string& implicit) {
      return implicit == path || implicit.starts_with(path + "/");
    });
    replaced_.take_tree(parent, place.name);
    return Was::directory;
  }
  if (S_ISREG(st.st_mode)) {
    replaced_.take_file(parent, place.name, st);
  } else if (::unlinkat(parent, place.name.c_str(), 0) < 0) {
    base::sys_fail("replace {}", shown_name(place.path()));
  }
  return is_whiteout(st) ? Was::whiteout : Was::other;
}

}  // namespace storage
