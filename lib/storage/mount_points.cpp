// SPDX-License-Identifier: Apache-2.0
#include "storage/mount_points.hpp"

#include <cerrno>
#include <cstdio>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"

namespace storage {

namespace {

void fill(const std::string& directory) {
  for (const char* name : {"", "/dev", "/dev/pts", "/dev/shm", "/etc", "/proc", "/sys"})
    base::make_directory(directory + name, 0755);
  for (const char* name : {"/.dockerenv", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf"})
    base::write_file(directory + name, "", 0644);
  if (::symlink("/proc/mounts", (directory + "/etc/mtab").c_str()) < 0)
    base::sys_fail("make etc/mtab in {}", directory);
}

}  // namespace

std::string mount_points_layer(Store& store) {
  const std::string place = store.paths().mount_points();
  if (base::exists(place)) return place;
  const auto staging = store.make_staging("mount-points");
  const std::string made = staging.path() + "/layer";
  fill(made);
  // Who comes second finds the first one's, which is the same.
  if (::rename(made.c_str(), place.c_str()) < 0 && errno != EEXIST && errno != ENOTEMPTY)
    base::sys_fail("rename {} to {}", made, place);
  return place;
}

}  // namespace storage
