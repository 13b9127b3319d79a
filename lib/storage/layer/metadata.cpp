// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/metadata.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "storage/layer/layer_path.hpp"
#include "storage/marks.hpp"

namespace storage {
namespace {

using base::Kind;

[[noreturn]] void fail_owner(const TarEntry& entry) {
  if (errno == EINVAL || errno == EPERM) {
    base::fail(Kind::denied,
               "{} belongs to {}:{}, which this user namespace lacks: give the user more ids in "
               "/etc/subuid and "
               "/etc/subgid",
               shown_name(entry.name),
               entry.uid,
               entry.gid);
  }
  base::sys_fail("set the owner of {}", shown_name(entry.name));
}

/// ENOTSUP: the file system has no such attributes. EPERM: this user or this kind of file may not
/// have them. Docker passes over both.
void check_xattr(int result, const TarEntry& entry, const std::string& name) {
  if (result == 0 || errno == ENOTSUP || errno == EPERM) return;
  base::sys_fail("set the attribute {} of {}", shown_name(name), shown_name(entry.name));
}

bool may_change_mode(const TarEntry& entry) {
  return entry.type != TarType::symlink;
}

}  // namespace

void set_metadata(int fd, const TarEntry& entry, Made made) {
  const auto uid = static_cast<uid_t>(entry.uid);
  const auto gid = static_cast<gid_t>(entry.gid);
  if (!made.owner && ::fchown(fd, uid, gid) < 0) fail_owner(entry);
  for (const auto& [name, value] : entry.xattrs) {
    if (is_overlay_attribute(name)) continue;
    check_xattr(::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0), entry, name);
  }
  if (!made.mode && ::fchmod(fd, entry.mode) < 0)
    base::sys_fail("set the mode of {}", shown_name(entry.name));
}

void set_metadata_at(int parent, const std::string& name, const TarEntry& entry, Made made) {
  const auto uid = static_cast<uid_t>(entry.uid);
  const auto gid = static_cast<gid_t>(entry.gid);
  if (!made.owner && ::fchownat(parent, name.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
    fail_owner(entry);
  if (!entry.xattrs.empty()) {
    // There is no call for a name in a directory that is a descriptor.
    const std::string path = "/proc/self/fd/" + std::to_string(parent) + "/" + name;
    for (const auto& [key, value] : entry.xattrs) {
      if (is_overlay_attribute(key)) continue;
      check_xattr(
          ::lsetxattr(path.c_str(), key.c_str(), value.data(), value.size(), 0), entry, key);
    }
  }
  if (!made.mode && may_change_mode(entry) && ::fchmodat(parent, name.c_str(), entry.mode, 0) < 0) {
    base::sys_fail("set the mode of {}", shown_name(entry.name));
  }
  const timespec times[2] = {entry.mtime, entry.mtime};
  if (::utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW) < 0) {
    base::sys_fail("set the time of {}", shown_name(entry.name));
  }
}

void set_time(int fd, const TarEntry& entry) {
  const timespec times[2] = {entry.mtime, entry.mtime};
  if (::futimens(fd, times) < 0) base::sys_fail("set the time of {}", shown_name(entry.name));
}

void set_opaque(int fd, std::string_view path, Attributes attributes) {
  const char* name =
      attributes == Attributes::trusted ? "trusted.overlay.opaque" : "user.overlay.opaque";
  if (::fsetxattr(fd, name, "y", 1, 0) < 0) base::sys_fail("mark {} as opaque", shown_name(path));
}

}  // namespace storage
