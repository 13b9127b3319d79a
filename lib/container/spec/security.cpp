// SPDX-License-Identifier: Apache-2.0
// Paths of /proc and /sys that are hidden or read-only.
#include <algorithm>
#include <fnmatch.h>
#include <unistd.h>

#include "container/spec/parts.hpp"

namespace container {

std::vector<std::string> host_masked_paths() {
  std::vector<std::string> paths;
  const long cpus = ::sysconf(_SC_NPROCESSORS_CONF);
  for (long cpu = 0; cpu < cpus; ++cpu) {
    auto path = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/thermal_throttle";
    if (::access(path.c_str(), F_OK) == 0) paths.push_back(std::move(path));
  }
  return paths;
}

namespace spec {

namespace {

// Docker 29's lists.
constexpr const char* kMasked[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
};
constexpr const char* kReadOnly[] = {
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
};

bool is_unmasked(const Security& security, const std::string& path) {
  return std::any_of(
      security.unmask.begin(), security.unmask.end(), [&](const std::string& pattern) {
        return pattern == "ALL" || ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
      });
}

void add_path(base::Json& list, const Security& security, const std::string& path) {
  if (!is_unmasked(security, path)) list.push_back(path);
}

}  // namespace

}  // namespace spec

base::Json masked_paths(const Security& security, const std::vector<std::string>& of_host) {
  base::Json list = base::Json::array();
  if (security.privileged) return list;
  for (const char* path : spec::kMasked) spec::add_path(list, security, path);
  for (const auto& path : of_host) spec::add_path(list, security, path);
  for (const auto& path : security.mask) list.push_back(path);
  return list;
}

base::Json readonly_paths(const Security& security) {
  base::Json list = base::Json::array();
  if (security.privileged) return list;
  for (const char* path : spec::kReadOnly) spec::add_path(list, security, path);
  return list;
}

}  // namespace container
