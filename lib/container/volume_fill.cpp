// SPDX-License-Identifier: Apache-2.0
#include "container/volume_fill.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "image/transfer.hpp"

namespace container {

namespace {

bool is_empty_directory(int fd) {
  return base::list_directory(fmt::format("/proc/self/fd/{}", fd)).empty();
}

/// What device= names may be a file, and o= may say "ro".
bool can_be_filled(int volume, const std::string& target) {
  struct statvfs fs {};

  return S_ISDIR(base::stat_of(volume, target).st_mode) && ::fstatvfs(volume, &fs) == 0 &&
         (fs.f_flag & ST_RDONLY) == 0;
}

/// Each file's owner as it has to lie on disk, to be shown with these ids as what it is in the root. Others may have the volume
/// mounted and swap what is made in it for links: every name is looked up with the volume as the root.
void copy_content(Engine& engine, int from, int to, const std::optional<base::IdMapping>& shown) {
  image::CopyRequest request;
  request.with_top = false;
  request.directory = "/";
  request.mapping = shown;
  image::Transfer(engine.store).copy(request, {from, to});
}

void copy_root(const std::string& target,
               int from,
               int to,
               const std::optional<base::IdMapping>& shown) {
  const auto st = base::stat_of(from, target);
  uid_t uid = st.st_uid;
  gid_t gid = st.st_gid;
  if (shown) {
    uid = base::unmap_id(shown->uids, uid);
    gid = base::unmap_id(shown->gids, gid);
    // An owner that has no name there: the volume keeps its own.
    if (uid == base::kOverflowId) uid = static_cast<uid_t>(-1);
    if (gid == base::kOverflowId) gid = static_cast<gid_t>(-1);
  }
  if (::fchown(to, uid, gid) < 0 || ::fchmod(to, st.st_mode & 07777) < 0)
    base::sys_fail("set the owner of the volume for {}", target);
}

}  // namespace

void fill_volume(Engine& engine,
                 int rootfs,
                 const std::string& target,
                 int volume,
                 const std::optional<base::IdMapping>& shown) {
  const auto from = base::find_in_root(rootfs, target, O_RDONLY | O_DIRECTORY);
  if (!from || !can_be_filled(volume, target)) return;
  const auto to = base::open_at(volume, ".", O_RDONLY | O_DIRECTORY);
  if (!is_empty_directory(to.get())) return;
  if (!is_empty_directory(from->get())) {
    base::in_context("fill the volume for " + target,
                     [&] { copy_content(engine, from->get(), to.get(), shown); });
  }
  copy_root(target, from->get(), to.get(), shown);
}

}  // namespace container
