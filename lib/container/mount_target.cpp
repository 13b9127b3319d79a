// SPDX-License-Identifier: Apache-2.0
#include "container/mount_target.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <linux/magic.h>
#include <string_view>
#include <sys/vfs.h>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace container {

namespace {

constexpr std::string_view kProc = "/proc";

/// runc 1.2, checkProcMount.
constexpr std::array<std::string_view, 11> kShownByLxcfs{"/proc/cpuinfo",
                                                         "/proc/diskstats",
                                                         "/proc/meminfo",
                                                         "/proc/stat",
                                                         "/proc/swaps",
                                                         "/proc/uptime",
                                                         "/proc/loadavg",
                                                         "/proc/slabinfo",
                                                         "/proc/net/dev",
                                                         "/proc/sys/kernel/ns_last_pid",
                                                         "/proc/sys/crypto/fips_enabled"};

/// The path without "." and "..", as the kernel would go it where no link lies.
std::vector<std::string> plain_parts(const std::string& path) {
  std::vector<std::string> parts;
  for (const auto& part : base::split(path, '/')) {
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  return parts;
}

/// Where the target lies in the root: links of what is there are followed, the rest will be made.
std::string resolve(int rootfs, const std::string& target) {
  std::string rest;
  auto parts = plain_parts(target);
  for (; !parts.empty(); parts.pop_back()) {
    const auto found = base::find_in_root(rootfs, "/" + base::join(parts, "/"), O_PATH);
    if (found) {
      auto real = base::read_link(fmt::format("/proc/self/fd/{}", found->get())).value_or("/");
      return (real == "/" ? "" : real) + rest;
    }
    rest = "/" + parts.back() + rest;
  }
  return rest;
}

bool is_proc(int source) {
  struct statfs fs {};

  return source >= 0 && ::fstatfs(source, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

void check_mount_target(int rootfs, const std::string& target, int source) {
  const std::string place = resolve(rootfs, target);
  const bool is_inside = place.starts_with(std::string(kProc) + "/");
  if (!is_inside && place != kProc) return;
  if (is_inside && std::count(kShownByLxcfs.begin(), kShownByLxcfs.end(), place) > 0) return;
  if (!is_inside && is_proc(source)) return;
  base::fail(base::Kind::denied, "\"{}\" cannot be mounted because it is inside /proc", target);
}

}  // namespace container
