// SPDX-License-Identifier: Apache-2.0
#include "container/changes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "container/copied_root.hpp"
#include "container/differences.hpp"
#include "storage/marks.hpp"
#include "storage/overlay.hpp"

namespace container {

namespace {

constexpr std::array<std::string_view, 10> kMountedOn = {".dockerenv",
                                                         "dev",
                                                         "etc/hostname",
                                                         "etc/hosts",
                                                         "etc/mtab",
                                                         "etc/resolv.conf",
                                                         "proc",
                                                         "run/.containerenv",
                                                         "run/secrets",
                                                         "sys"};

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
constexpr std::ptrdiff_t kMostDepth = 450;
constexpr std::size_t kShown = 200;

std::vector<std::string> names_in(int fd) {
  auto names = base::list_directory(fmt::format("/proc/self/fd/{}", fd));
  std::sort(names.begin(), names.end());
  return names;
}

bool find_stat(int dir, const std::string& name, struct stat& st) {
  return dir >= 0 && ::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool is_same_directory(const struct stat& a, const struct stat& b) {
  return S_ISDIR(a.st_mode) && a.st_mode == b.st_mode && a.st_uid == b.st_uid &&
         a.st_gid == b.st_gid;
}

/// As runtimes make the directories that a mount needs.
bool is_made_for_mounts(const struct stat& st) {
  return (st.st_mode & 07777) == 0755 && st.st_uid == 0 && st.st_gid == 0;
}

class Comparison {
 public:
  Changes run(int upper, int lower) {
    directory(upper, lower, "");
    return std::move(changes_);
  }

 private:
  using What = Change::What;

  void add(What what, const std::string& path) { changes_.list.push_back({what, "/" + path}); }

  /// `lower` is negative where the layers below have no such directory.
  void directory(int upper, int lower, const std::string& path) {
    // Each level holds two descriptors and a part of the stack; a process inside makes as many as it likes.
    if (std::count(path.begin(), path.end(), '/') > kMostDepth)
      base::fail(base::Kind::unsupported, "/{}... lies too deep", path.substr(0, kShown));
    const auto path_of = [&](const std::string& name) {
      return path.empty() ? name : path + "/" + name;
    };
    auto names = names_in(upper);
    if (lower >= 0 && storage::is_opaque(upper)) {
      const auto below = names_in(lower);
      names.insert(names.end(), below.begin(), below.end());
      std::sort(names.begin(), names.end());
      names.erase(std::unique(names.begin(), names.end()), names.end());
    }
    for (const auto& name : names) entry(upper, lower, name, path_of(name));
  }

  void entry(int upper, int lower, const std::string& name, const std::string& path) {
    struct stat st {};

    struct stat before {};

    const bool was = find_stat(lower, name, before);
    if (!find_stat(upper, name, st) || storage::is_whiteout(st)) {
      if (was) add(What::removed, path);
      return;
    }
    if (!was && is_mounted_on(path)) {
      changes_.placeholders.push_back(path);
      return;
    }
    const std::size_t position = changes_.list.size(), made = changes_.placeholders.size();
    add(was ? What::modified : What::added, path);
    if (!S_ISDIR(st.st_mode)) return;
    below(upper, was && S_ISDIR(before.st_mode) ? lower : -1, name, path);
    // The directory is in this layer for nothing but what the runtime made in it.
    const bool only_placeholders =
        changes_.list.size() == position + 1 && changes_.placeholders.size() > made;
    if (!only_placeholders) return;
    if (was ? !is_same_directory(st, before) : !is_made_for_mounts(st)) return;
    changes_.list.pop_back();
    if (!was) changes_.placeholders.push_back(path);
  }

  void below(int upper, int lower, const std::string& name, const std::string& path) {
    const auto up = base::try_open_at(upper, name.c_str(), kDirectoryFlags);
    if (!up && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return;
    if (!up) base::sys_fail("open /{}", path);
    const auto down =
        lower < 0 ? base::UniqueFd() : base::try_open_at(lower, name.c_str(), kDirectoryFlags);
    directory(up.get(), down ? down.get() : -1, path);
  }

  Changes changes_;
};

/// Without an upper directory, the kernel wants two lower ones: empty ones make up for them.
Changes compare(Engine& engine,
                const std::string& upper,
                const std::vector<storage::Layer>& layers) {
  const auto staging = engine.store.make_staging("changes");
  const std::string first = staging.path() + "/a", second = staging.path() + "/b";
  base::make_directory(first);
  base::make_directory(second);
  storage::OverlayPlan plan;
  plan.lower = {first, second};
  for (const auto& layer : layers) plan.lower.push_back(layer.diff());
  const auto lower = storage::make_overlay(plan, engine.store.attributes());
  const auto up = base::open_file(upper, O_RDONLY | O_DIRECTORY);
  return find_changes(up.get(), base::open_at(lower.get(), ".", O_RDONLY | O_DIRECTORY).get());
}

}  // namespace

bool is_mounted_on(const std::string& path) {
  return std::find(kMountedOn.begin(), kMountedOn.end(), path) != kMountedOn.end();
}

Changes find_changes(int upper, int lower) {
  return Comparison().run(upper, lower);
}

Changes changes_of_container(Engine& engine, const Record& record) {
  if (base::exists(copied_root(engine, record.id))) return changes_of_copied_root(engine, record);
  return compare(engine,
                 engine.store.paths().container(record.id) + "/upper",
                 engine.layers.of_container(record.id));
}

Changes changes_of_image(Engine& engine, const std::string& image_id) {
  auto layers = engine.layers.of_image(image_id);
  // A fix-up layer only repeats directories of those below.
  while (!layers.empty() && layers.back().id.starts_with("fixup:")) layers.pop_back();
  if (layers.empty()) return {};
  const std::string top = layers.back().diff();
  if (engine.store.driver() == storage::Driver::vfs) {
    const auto after = storage::tree_of(layers);
    layers.pop_back();
    return find_differences(storage::tree_of(layers), after);
  }
  layers.pop_back();
  return compare(engine, top, layers);
}

}  // namespace container
