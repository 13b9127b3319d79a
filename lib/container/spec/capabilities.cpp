// SPDX-License-Identifier: Apache-2.0
// Capabilities are worked out as a set of bits, numbered as the kernel has them.
#include <array>
#include <string_view>
#include <sys/prctl.h>

#include "base/text.hpp"
#include "container/spec/spec.hpp"

namespace container {

namespace {

using Bits = std::uint64_t;

constexpr std::array<std::string_view, 41> kNames{
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
};

constexpr Bits kAll = (Bits{1} << kNames.size()) - 1;

/// Docker's defaults: chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service
/// net_raw sys_chroot mknod audit_write setfcap.
constexpr Bits kDefault = 0xa80425fb;
/// Podman's: the same without net_raw, mknod and audit_write.
constexpr Bits kFewer = 0x800405fb;

bool is_available(std::size_t bit) {
  return ::prctl(PR_CAPBSET_READ, bit, 0, 0, 0) == 1;
}

Bits available_of(Bits wanted) {
  Bits found = 0;
  for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
    if ((wanted >> bit & 1) && is_available(bit)) found |= Bits{1} << bit;
  }
  return found;
}

struct Named {
  bool all = false;
  Bits bits = 0;
};

Named parse(const std::vector<std::string>& names, const char* option) {
  Named result;
  for (const auto& given : names) {
    const std::string full = base::upper(given);
    if (full == "ALL") {
      result.all = true;
      continue;
    }
    const std::string_view name = std::string_view(full).substr(full.starts_with("CAP_") ? 4 : 0);
    std::size_t bit = 0;
    while (bit < kNames.size() && kNames[bit] != name) ++bit;
    if (bit == kNames.size()) {
      base::fail(base::Kind::usage, "{}: unknown capability: \"CAP_{}\"", option, name);
    }
    if (!is_available(bit)) {
      base::fail(base::Kind::usage,
                 "{}: capability not supported by your kernel or not available in the current "
                 "environment: \"CAP_{}\"",
                 option,
                 name);
    }
    result.bits |= Bits{1} << bit;
  }
  return result;
}

Bits bits_of(const Security& security) {
  const Named add = parse(security.cap_add, "invalid CapAdd");
  const Named drop = parse(security.cap_drop, "invalid CapDrop");
  if (security.privileged) return available_of(kAll);
  if (add.all) return available_of(kAll) & ~drop.bits;
  if (drop.all) return add.bits;
  if (!security.cap_defaults.empty()) {
    const auto usual = parse(security.cap_defaults, "invalid default_capabilities").bits;
    return (usual & ~drop.bits) | add.bits;
  }
  const Bits usual = security.fewer_capabilities ? kFewer : kDefault;
  return (available_of(usual) & ~drop.bits) | add.bits;
}

}  // namespace

namespace {

std::vector<std::string> names_of(Bits bits) {
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < kNames.size(); ++bit) {
    if (bits >> bit & 1) names.push_back("CAP_" + std::string(kNames[bit]));
  }
  return names;
}

}  // namespace

std::vector<std::string> capabilities_of(const Security& security) {
  return names_of(bits_of(security));
}

std::vector<std::string> added_capabilities(const Security& security) {
  if (security.privileged || security.cap_add.empty()) return {};
  const Named add = parse(security.cap_add, "invalid CapAdd");
  const Named drop = parse(security.cap_drop, "invalid CapDrop");
  return names_of(add.all ? bits_of(security) : add.bits & ~drop.bits);
}

}  // namespace container
