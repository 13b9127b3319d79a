// SPDX-License-Identifier: Apache-2.0
#include "container/host_info.hpp"

#include <linux/magic.h>
#include <map>
#include <sched.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "container/listing.hpp"

namespace container {

namespace {

/// A value of os-release(5): a word, or one in quotes.
std::string unquoted(std::string_view value) {
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
      value.back() == value.front()) {
    value = value.substr(1, value.size() - 2);
  }
  return std::string(value);
}

std::map<std::string, std::string> read_os_release() {
  std::map<std::string, std::string> values;
  auto text = base::find_file_text("/etc/os-release");
  if (!text) text = base::find_file_text("/usr/lib/os-release");
  for (const auto& line : base::split(text.value_or(""), '\n')) {
    const auto [key, value] = base::split_pair(base::trim(line), '=');
    if (value) values[key] = unquoted(*value);
  }
  return values;
}

/// MemAvailable and its like, in bytes.
std::int64_t memory_field(const std::string& meminfo, std::string_view name) {
  for (const auto& line : base::split(meminfo, '\n')) {
    const auto [key, value] = base::split_pair(line, ':');
    if (key != name || !value) continue;
    const auto number = base::split(base::trim(*value), ' ').front();
    return base::parse_number<std::int64_t>(number).value_or(0) * 1024;
  }
  return 0;
}

}  // namespace

HostInfo read_host_info() {
  HostInfo info;

  struct utsname names {};

  ::uname(&names);
  info.hostname = names.nodename;
  info.kernel = names.release;
  info.machine = names.machine;
  auto release = read_os_release();
  info.os = release["PRETTY_NAME"];
  info.os_id = release["ID"];
  info.os_version = release["VERSION_ID"];
  info.os_codename = release["VERSION_CODENAME"];
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) info.cpus = CPU_COUNT(&set);
  const auto meminfo = base::find_file_text("/proc/meminfo").value_or("");
  info.memory = memory_field(meminfo, "MemTotal");
  info.memory_available = memory_field(meminfo, "MemAvailable");
  info.swap = memory_field(meminfo, "SwapTotal");
  info.swap_free = memory_field(meminfo, "SwapFree");

  struct sysinfo system {};

  if (::sysinfo(&system) == 0) info.uptime = system.uptime;
  return info;
}

ContainerCounts count_containers(Engine& engine) {
  ContainerCounts counts;
  for (const auto& record : engine.containers.list()) {
    const auto state = state_of(engine, record);
    ++counts.all;
    counts.running += state.status == Status::running;
    counts.paused += state.status == Status::paused;
  }
  return counts;
}

std::string file_system_name(const std::string& path) {
  struct statfs fs {};

  if (::statfs(path.c_str(), &fs) < 0) return "<unknown>";
  constexpr unsigned long kXfs = 0x58465342, kZfs = 0x2fc12fc1;
  switch (static_cast<unsigned long>(fs.f_type)) {
    case EXT4_SUPER_MAGIC:
      return "extfs";
    case BTRFS_SUPER_MAGIC:
      return "btrfs";
    case TMPFS_MAGIC:
      return "tmpfs";
    case OVERLAYFS_SUPER_MAGIC:
      return "overlayfs";
    case F2FS_SUPER_MAGIC:
      return "f2fs";
    case NFS_SUPER_MAGIC:
      return "nfs";
    case kXfs:
      return "xfs";
    case kZfs:
      return "zfs";
    default:
      return "<unknown>";
  }
}

}  // namespace container
