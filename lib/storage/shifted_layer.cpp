// SPDX-License-Identifier: Apache-2.0
#include "storage/shifted_layer.hpp"

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace storage {

namespace {

constexpr const char* kCapability = "security.capability";

std::string key_of(const base::IdMapping& mapping) {
  std::string text;
  for (const auto* ranges : {&mapping.uids, &mapping.gids}) {
    for (const auto& r : *ranges) text += fmt::format("{}:{}:{} ", r.inside, r.outside, r.count);
    text += "/";
  }
  return base::sha256_hex(text).substr(0, 16);
}

/// Gives the copy of a tree its owners. They are taken from the original: a file with several names
/// is met several times.
class Shift {
 public:
  explicit Shift(const base::IdMapping& mapping) : mapping_(mapping) {}

  void directory(int from, int to) {
    for (const auto& name : base::list_directory(fmt::format("/proc/self/fd/{}", from))) {
      struct stat st {};

      if (::fstatat(from, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
        base::sys_fail("look at {}", name);
      if (S_ISDIR(st.st_mode)) {
        constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
        const auto below = base::open_at(from, name, kFlags);
        const auto copy = base::open_at(to, name, kFlags);
        directory(below.get(), copy.get());
      }
      entry(from, to, name, st);
    }
  }

  void entry(int from, int to, const std::string& name, const struct stat& st) {
    const auto uid = base::map_id(mapping_.uids, st.st_uid);
    const auto gid = base::map_id(mapping_.gids, st.st_gid);
    if (::fchownat(to, name.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
      base::sys_fail("change the owner of {}", name);
    if (!S_ISREG(st.st_mode)) return;
    // A change of owner takes these away.
    if ((st.st_mode & 06000) != 0 && ::fchmodat(to, name.c_str(), st.st_mode & 07777, 0) < 0)
      base::sys_fail("change the mode of {}", name);
    std::array<char, 64> value{};
    const auto path = [&](int dir) { return fmt::format("/proc/self/fd/{}/{}", dir, name); };
    const auto size = ::lgetxattr(path(from).c_str(), kCapability, value.data(), value.size());
    if (size > 0 &&
        ::lsetxattr(
            path(to).c_str(), kCapability, value.data(), static_cast<std::size_t>(size), 0) < 0) {
      base::sys_fail("set the capabilities of {}", name);
    }
  }

 private:
  const base::IdMapping& mapping_;
};

void copy_tree(int from, int to) {
  const auto done = base::run_captured(
      {.argv = {"cp", "-a", "--reflink=auto", "--", "/proc/self/fd/3/.", "/proc/self/fd/4/"},
       .pass = {from, to}});
  if (!done.status.ok())
    base::fail(base::Kind::io, "copy a layer for other ids: {}", base::trim(done.err));
}

}  // namespace

std::string shifted_diff(Store& store, const Layer& layer, const base::IdMapping& mapping) {
  // In this store, even when the layer is an image store's.
  const std::string beside = LayerStore(store).directory(layer.id);
  const std::string place = beside + "/shifted-" + key_of(mapping);
  if (base::is_directory(place)) return place;
  // Two that make the same copy wait for each other; others are not held up.
  const auto lock = store.lock("shift-" + base::sha256_hex(place));
  if (base::is_directory(place)) return place;
  base::debug("copying layer {} once, for containers with these ids", base::printable(layer.id));
  auto staging = store.make_staging("shift");
  const std::string made = staging.path() + "/diff";
  base::make_directory(made, 0755);
  const auto from = base::open_file(layer.diff(), O_RDONLY | O_DIRECTORY);
  const auto to = base::open_file(made, O_RDONLY | O_DIRECTORY);
  copy_tree(from.get(), to.get());
  Shift(mapping).directory(from.get(), to.get());
  const auto st = base::stat_of(from.get(), layer.diff());
  if (::fchown(to.get(),
               base::map_id(mapping.uids, st.st_uid),
               base::map_id(mapping.gids, st.st_gid)) < 0) {
    base::sys_fail("change the owner of {}", made);
  }
  // A copy that a power loss cut short must never be found under its name.
  if (::syncfs(to.get()) < 0) base::sys_fail("write {}", made);
  base::make_directories(beside, 0700);
  base::rename_path(made, place);
  return place;
}

}  // namespace storage
