// SPDX-License-Identifier: Apache-2.0
#include "container/differences.hpp"

#include <algorithm>
#include <fcntl.h>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.hpp"
#include "base/sys.hpp"
#include "container/files.hpp"
#include "storage/overlay.hpp"

namespace container {

namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

using What = Change::What;

std::vector<std::string> names_in(int fd) {
  if (fd < 0) return {};
  auto names = base::list_directory(fmt::format("/proc/self/fd/{}", fd));
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<struct stat> stat_in(int dir, const std::string& name) {
  struct stat st {};

  if (dir < 0 || ::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) return std::nullopt;
  return st;
}

std::string link_in(int dir, const std::string& name) {
  char target[4096];
  const ssize_t n = ::readlinkat(dir, name.c_str(), target, sizeof target);
  return n < 0 ? "" : std::string(target, static_cast<std::size_t>(n));
}

/// Of directories, time and size tell of their entries, which are told by themselves.
bool differs(const struct stat& a, const struct stat& b) {
  if (a.st_mode != b.st_mode || a.st_uid != b.st_uid || a.st_gid != b.st_gid ||
      a.st_rdev != b.st_rdev)
    return true;
  if (S_ISDIR(a.st_mode)) return false;
  return a.st_size != b.st_size || a.st_mtim.tv_sec != b.st_mtim.tv_sec;
}

/// Two trees walked side by side.
class Walk {
 public:
  Changes run(int before, int after) {
    directory(before, after, "");
    return std::move(changes_);
  }

 private:
  /// Negative: no such directory on that side.
  void directory(int before, int after, const std::string& path) {
    const auto old_names = names_in(before), new_names = names_in(after);
    std::vector<std::string> names;
    std::set_union(old_names.begin(),
                   old_names.end(),
                   new_names.begin(),
                   new_names.end(),
                   std::back_inserter(names));
    for (const auto& name : names) entry(before, after, name, path + "/" + name);
  }

  void entry(int before, int after, const std::string& name, const std::string& path) {
    const auto old_st = stat_in(before, name), new_st = stat_in(after, name);
    if (!new_st) {
      if (old_st) changes_.list.push_back({What::removed, path});
      return;
    }
    const std::size_t place = changes_.list.size();
    if (!old_st)
      changes_.list.push_back({What::added, path});
    else if (is_changed(before, after, name, *old_st, *new_st))
      changes_.list.push_back({What::modified, path});
    if (!S_ISDIR(new_st->st_mode)) return;
    const bool is_told = changes_.list.size() > place;
    below(old_st && S_ISDIR(old_st->st_mode) ? before : -1, after, name, path);
    // A directory with changes in it has changed itself.
    if (!is_told && changes_.list.size() > place)
      changes_.list.insert(changes_.list.begin() + static_cast<std::ptrdiff_t>(place),
                           {What::modified, path});
  }

  static bool is_changed(int before,
                         int after,
                         const std::string& name,
                         const struct stat& old_st,
                         const struct stat& new_st) {
    if (differs(old_st, new_st)) return true;
    return S_ISLNK(new_st.st_mode) && link_in(before, name) != link_in(after, name);
  }

  void below(int before, int after, const std::string& name, const std::string& path) {
    const auto now = base::try_open_at(after, name.c_str(), kDirectoryFlags);
    if (!now) return;  // gone meanwhile
    const auto then =
        before < 0 ? base::UniqueFd() : base::try_open_at(before, name.c_str(), kDirectoryFlags);
    directory(then ? then.get() : -1, now.get(), path);
  }

  Changes changes_;
};

/// The files of a container or an image, and what keeps them there.
class Tree {
 public:
  Tree(Engine& engine, const std::string& name) {
    if (engine.containers.find(name)) {
      files_.emplace(engine, name, Files::With::rootfs);
      root_ = base::open_at(files_->root(), ".", O_RDONLY | O_DIRECTORY);
      return;
    }
    staging_.emplace(engine.store.make_staging("differences"));
    storage::OverlayPlan plan;
    // The kernel wants two lower directories: empty ones make up for them.
    for (const char* empty : {"/a", "/b"}) {
      plan.lower.push_back(staging_->path() + empty);
      base::make_directory(plan.lower.back());
    }
    for (const auto& layer : engine.layers.of_image(engine.images.get(name).id))
      plan.lower.push_back(layer.diff());
    mount_ = storage::make_overlay(plan, engine.store.attributes());
    root_ = base::open_at(mount_.get(), ".", O_RDONLY | O_DIRECTORY);
  }

  int root() const { return root_.get(); }

 private:
  std::optional<Files> files_;
  std::optional<storage::Store::Staging> staging_;
  base::UniqueFd mount_, root_;
};

std::string id_of(Engine& engine, const std::string& name) {
  if (const auto record = engine.containers.find(name)) return record->id;
  return engine.images.get(name).id;
}

}  // namespace

Changes find_differences(int before, int after) {
  return Walk().run(before, after);
}

Changes changes_between(Engine& engine, const std::string& before, const std::string& after) {
  const std::string from = id_of(engine, before), to = id_of(engine, after);
  // A container's lock is not taken twice, and of two always the same one first.
  if (from == to) return {};
  const Tree first(engine, std::min(from, to)), second(engine, std::max(from, to));
  return from < to ? find_differences(first.root(), second.root())
                   : find_differences(second.root(), first.root());
}

}  // namespace container
