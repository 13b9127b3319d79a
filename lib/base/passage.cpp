// SPDX-License-Identifier: Apache-2.0
#include "base/passage.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"

namespace base {

namespace {

// The kernel's form of an access list (linux/posix_acl_xattr.h): a version, then entries in the order of their tags.
constexpr const char* kAttribute = "system.posix_acl_access";
constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kNobody = 0xffffffff;  // of entries that name no user or group
constexpr std::uint16_t kExecute = 1;

enum Tag : std::uint16_t { kOwner = 1, kOwnersGroup = 4, kGroup = 8, kMask = 16, kOther = 32 };

struct Entry {
  std::uint16_t tag, permissions;
  std::uint32_t id;
};

using List = std::vector<Entry>;

/// What the mode says as a list.
List list_of_mode(mode_t mode) {
  const auto bits = [mode](unsigned shift) {
    return static_cast<std::uint16_t>(mode >> shift & 7U);
  };
  return {{kOwner, bits(6), kNobody}, {kOwnersGroup, bits(3), kNobody}, {kOther, bits(0), kNobody}};
}

List read_list(const std::string& path, mode_t mode) {
  std::vector<char> bytes(1U << 16);
  const auto size = ::getxattr(path.c_str(), kAttribute, bytes.data(), bytes.size());
  constexpr ssize_t kHeader = sizeof kVersion;
  if (size < kHeader || (size - kHeader) % sizeof(Entry) != 0) return list_of_mode(mode);
  List list((size - kHeader) / sizeof(Entry));
  std::memcpy(list.data(), bytes.data() + kHeader, size - kHeader);
  return list;
}

bool write_list(const std::string& path, const List& list) {
  std::vector<char> bytes(sizeof kVersion + list.size() * sizeof(Entry));
  std::memcpy(bytes.data(), &kVersion, sizeof kVersion);
  std::memcpy(bytes.data() + sizeof kVersion, list.data(), list.size() * sizeof(Entry));
  return ::setxattr(path.c_str(), kAttribute, bytes.data(), bytes.size(), 0) == 0;
}

bool has(const List& list, std::uint16_t tag, std::uint32_t id) {
  return std::any_of(list.begin(), list.end(), [&](const Entry& e) {
    return e.tag == tag && e.id == id && (e.permissions & kExecute);
  });
}

/// The mask limits what groups may; a list that names one must have it.
void admit(List& list, gid_t group) {
  std::erase_if(list, [&](const Entry& e) { return e.tag == kGroup && e.id == group; });
  list.push_back({kGroup, kExecute, group});
  const auto mask =
      std::find_if(list.begin(), list.end(), [](const Entry& e) { return e.tag == kMask; });
  std::uint16_t least = kExecute;
  for (const auto& e : list) {
    if (e.tag == kOwnersGroup) least |= e.permissions;
  }
  if (mask != list.end())
    mask->permissions |= kExecute;
  else
    list.push_back({kMask, least, kNobody});
  std::stable_sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) {
    return a.tag != b.tag ? a.tag < b.tag : a.id < b.id;
  });
}

void open_directory_for(const std::string& path, gid_t group) {
  const auto st = find_stat(path);
  if (!st || st->st_uid != ::geteuid() || (st->st_mode & S_IXOTH)) return;
  auto list = read_list(path, st->st_mode);
  if (has(list, kGroup, group) && has(list, kMask, kNobody)) return;
  admit(list, group);
  if (!write_list(path, list))
    debug("let group {} pass through {}: {}", group, path, errno_text(errno));
}

}  // namespace

void open_passage(const std::string& path, gid_t group) {
  for (auto slash = path.rfind('/'); slash != std::string::npos && slash != 0;
       slash = path.rfind('/', slash - 1)) {
    open_directory_for(path.substr(0, slash), group);
  }
}

}  // namespace base
