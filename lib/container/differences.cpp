// SPDX-License-Identifier: Apache-2.0
#include "container/differences.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "container/files.hpp"

namespace container {

namespace {

using storage::MergedTree;
using Directory = MergedTree::Directory;
using Entry = MergedTree::Entry;
using What = Change::What;

/// A name with its directory.
struct Place {
  const MergedTree& tree;
  const Directory& directory;
  const Entry& entry;

  base::UniqueFd parent() const { return tree.open(entry.part, directory.path); }
};

std::string link_of(const Place& place) {
  char target[4096];
  const auto parent = place.parent();
  const ssize_t n = ::readlinkat(parent.get(), place.entry.name.c_str(), target, sizeof target);
  return n < 0 ? "" : std::string(target, static_cast<std::size_t>(n));
}

std::string capability_of(const Place& place) {
  std::array<char, 64> value{};
  const auto parent = place.parent();
  const auto path = fmt::format("/proc/self/fd/{}/{}", parent.get(), place.entry.name);
  const auto n = ::lgetxattr(path.c_str(), "security.capability", value.data(), value.size());
  return n < 0 ? "" : std::string(value.data(), static_cast<std::size_t>(n));
}

/// Two trees walked side by side.
class Walk {
 public:
  Walk(const MergedTree& before, const MergedTree& after, const Comparing& how)
      : before_(before), after_(after), how_(how) {}

  Changes run() {
    const auto before = before_.root(), after = after_.root();
    directory(&before, after);
    return std::move(changes_);
  }

 private:
  /// Without `before` there was no such directory.
  void directory(const Directory* before, const Directory& after) {
    base::check_interrupt();
    const auto old_entries = before ? before_.entries(*before) : std::vector<Entry>();
    const auto new_entries = after_.entries(after);
    auto was = old_entries.begin();
    const auto removed_until = [&](const std::string* name) {
      for (; was != old_entries.end() && (!name || was->name < *name); ++was)
        changes_.list.push_back({What::removed, "/" + after.path_of(was->name)});
    };
    for (const auto& now : new_entries) {
      removed_until(&now.name);
      const bool same = was != old_entries.end() && was->name == now.name;
      entry(before, same ? &*was : nullptr, after, now);
      if (same) ++was;
    }
    removed_until(nullptr);
  }

  void entry(const Directory* before, const Entry* was, const Directory& after, const Entry& now) {
    const std::string path = after.path_of(now.name);
    if (how_.is_container && !was && is_mounted_on(path)) {
      changes_.placeholders.push_back(path);
      return;
    }
    const std::size_t place = changes_.list.size(), made = changes_.placeholders.size();
    if (!was)
      changes_.list.push_back({What::added, "/" + path});
    else if (is_changed({before_, *before, *was}, {after_, after, now}))
      changes_.list.push_back({What::modified, "/" + path});
    if (!S_ISDIR(now.st.st_mode)) return;
    const bool is_told = changes_.list.size() > place;
    below(before, was, after, now);
    const bool only_placeholders =
        changes_.list.size() == place + 1 && changes_.placeholders.size() > made;
    if (!was && only_placeholders) {  // the runtime has made it for them
      changes_.list.pop_back();
      changes_.placeholders.push_back(path);
    }
    // A directory with changes in it has changed itself.
    if (!is_told && changes_.list.size() > place)
      changes_.list.insert(changes_.list.begin() + static_cast<std::ptrdiff_t>(place),
                           {What::modified, "/" + path});
  }

  void below(const Directory* before, const Entry* was, const Directory& after, const Entry& now) {
    const auto inner = after_.below(after, now);
    if (!was || !S_ISDIR(was->st.st_mode)) return directory(nullptr, inner);
    const auto old = before_.below(*before, *was);
    directory(&old, inner);
  }

  bool is_changed(const Place& before, const Place& after) const {
    const auto &a = before.entry.st, &b = after.entry.st;
    if (differs(a, b)) return true;
    if (S_ISLNK(b.st_mode)) return link_of(before) != link_of(after);
    return how_.is_container && S_ISREG(b.st_mode) && capability_of(before) != capability_of(after);
  }

  /// Of directories, time and size tell of their entries, which are told by themselves.
  bool differs(const struct stat& a, const struct stat& b) const {
    const auto uid = how_.mapping ? base::map_id(how_.mapping->uids, a.st_uid) : a.st_uid;
    const auto gid = how_.mapping ? base::map_id(how_.mapping->gids, a.st_gid) : a.st_gid;
    if (a.st_mode != b.st_mode || uid != b.st_uid || gid != b.st_gid || a.st_rdev != b.st_rdev)
      return true;
    if (S_ISDIR(a.st_mode)) return false;
    if (how_.is_container && a.st_mtim.tv_nsec != b.st_mtim.tv_nsec) return true;
    return a.st_size != b.st_size || a.st_mtim.tv_sec != b.st_mtim.tv_sec;
  }

  const MergedTree &before_, &after_;
  const Comparing& how_;
  Changes changes_;
};

/// The files of a container or an image, and what keeps them there.
class Side {
 public:
  Side(Engine& engine, const std::string& name) {
    if (engine.containers.find(name)) {
      files_.emplace(engine, name, Files::With::rootfs);
      tree_ = MergedTree::of_directory(base::open_at(files_->root(), ".", O_RDONLY | O_DIRECTORY));
      return;
    }
    tree_ = storage::tree_of(engine.layers.of_image(engine.images.get(name).id));
  }

  const MergedTree& tree() const { return *tree_; }

 private:
  std::optional<Files> files_;
  std::optional<MergedTree> tree_;
};

std::string id_of(Engine& engine, const std::string& name) {
  if (const auto record = engine.containers.find(name)) return record->id;
  return engine.images.get(name).id;
}

}  // namespace

Changes find_differences(const MergedTree& before, const MergedTree& after, const Comparing& how) {
  return Walk(before, after, how).run();
}

Changes changes_between(Engine& engine, const std::string& before, const std::string& after) {
  const std::string from = id_of(engine, before), to = id_of(engine, after);
  // A container's lock is not taken twice, and of two always the same one first.
  if (from == to) return {};
  const Side first(engine, std::min(from, to)), second(engine, std::max(from, to));
  return from < to ? find_differences(first.tree(), second.tree())
                   : find_differences(second.tree(), first.tree());
}

}  // namespace container
