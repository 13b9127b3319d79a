// SPDX-License-Identifier: Apache-2.0
#include "storage/place.hpp"

#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace storage {

namespace {

std::string existing_part(std::string path) {
  while (path.size() > 1 && !base::exists(path)) {
    const auto slash = path.find_last_of('/');
    path = slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
  }
  return path;
}

/// The name of a file system from elsewhere: no xattrs, no whiteouts, no ids but the server's.
const char* network_name(decltype(statfs::f_type) type) {
  constexpr decltype(statfs::f_type) kCifs = 0xff534d42, kSmb2 = 0xfe534d42;
  if (type == NFS_SUPER_MAGIC) return "NFS";
  if (type == SMB_SUPER_MAGIC || type == kCifs || type == kSmb2) return "SMB";
  if (type == V9FS_MAGIC) return "9p";
  if (type == AFS_SUPER_MAGIC) return "AFS";
  return nullptr;
}

struct statfs file_system_of(const std::string& path) {
  struct statfs fs {};

  if (::statfs(path.c_str(), &fs) < 0) base::sys_fail("look at the file system of {}", path);
  return fs;
}

}  // namespace

void check_place(const std::string& graphroot, Driver driver) {
  const auto fs = file_system_of(existing_part(graphroot));
  if (fs.f_flags & ST_RDONLY) {
    base::fail(base::Kind::denied,
               "{} is on a read-only file system: choose a writable place with --root",
               graphroot);
  }
  if (driver == Driver::vfs) return;
  if (const char* name = network_name(fs.f_type)) {
    base::fail(base::Kind::denied,
               "{} is on {}, which cannot hold the layers of containers: choose a local disk with "
               "--root, or copies in the place of layers with --storage-driver vfs",
               graphroot,
               name);
  }
  if (fs.f_type == OVERLAYFS_SUPER_MAGIC) {
    base::fail(base::Kind::denied,
               "{} is on an overlay, as inside of a container, which cannot carry another one: "
               "mount a volume or a tmpfs there, choose another place with --root, or do without "
               "overlays by --storage-driver vfs",
               graphroot);
  }
}

bool carries_overlay(const std::string& graphroot) {
  const auto fs = file_system_of(existing_part(graphroot));
  return fs.f_type != OVERLAYFS_SUPER_MAGIC && network_name(fs.f_type) == nullptr;
}

}  // namespace storage
