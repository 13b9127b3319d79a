// SPDX-License-Identifier: Apache-2.0
#include "base/subordinate_ids.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace base {

namespace {

// The kernel takes 340 extents in a map; one is our own id, and nobody has more than a few.
constexpr std::size_t kMostRanges = 300;

constexpr std::uint64_t kIds = 0xffffffff;  // the last id, -1, stands for none

/// Collects ranges that the kernel will accept together.
class Ranges {
 public:
  explicit Ranges(std::uint32_t own) : own_(own) {}

  void add(std::string_view start_text, std::string_view count_text) {
    const auto start = parse_number<std::uint32_t>(start_text);
    const auto count = parse_number<std::uint32_t>(count_text);
    if (!start || !count || *count == 0 || ranges_.size() == kMostRanges) return;
    const std::uint64_t end = std::uint64_t{*start} + *count;
    if (end > kIds || next_ + *count > kIds || (own_ >= *start && own_ < end)) return;
    const bool overlaps = std::any_of(ranges_.begin(), ranges_.end(), [&](const IdRange& r) {
      return *start < std::uint64_t{r.outside} + r.count && r.outside < end;
    });
    if (overlaps) return;
    ranges_.push_back({static_cast<std::uint32_t>(next_), *start, *count});
    next_ += *count;
  }

  std::vector<IdRange> take() { return std::move(ranges_); }

 private:
  std::uint32_t own_;
  std::uint64_t next_ = 1;
  std::vector<IdRange> ranges_;
};

}  // namespace

std::vector<IdRange> parse_subordinate_ids(std::string_view text,
                                           const std::string& uid,
                                           const std::string& user,
                                           std::uint32_t own) {
  Ranges ranges(own);
  for (const auto& line : split(text, '\n')) {
    const auto parts = split(trim(line), ':');
    if (parts.size() != 3 || parts[0].empty() || (parts[0] != uid && parts[0] != user)) continue;
    ranges.add(parts[1], parts[2]);
  }
  return ranges.take();
}

std::vector<IdRange> parse_getsubids(std::string_view text, std::uint32_t own) {
  Ranges ranges(own);
  for (const auto& line : split(text, '\n')) {
    const auto parts = split(trim(line), ' ');  // "0: alice 100000 65536"
    if (parts.size() == 4) ranges.add(parts[2], parts[3]);
  }
  return ranges.take();
}

bool subordinate_ids_from_nss(std::string_view nsswitch) {
  for (const auto& line : split(nsswitch, '\n')) {
    const auto [database, sources] = split_pair(trim(line), ':');
    if (trim(database) == "subid" && sources) return trim(*sources) != "files";
  }
  return false;
}

std::vector<IdRange> subordinate_ids(IdKind kind,
                                     std::uint32_t uid,
                                     const std::string& user,
                                     std::uint32_t own) {
  const auto nsswitch = find_file_text("/etc/nsswitch.conf");
  if (nsswitch && subordinate_ids_from_nss(*nsswitch) && find_program("getsubids")) {
    std::vector<std::string> argv = {"getsubids"};
    if (kind == IdKind::group) argv.emplace_back("-g");
    argv.push_back(user);
    return parse_getsubids(run_captured({.argv = std::move(argv)}).out, own);
  }
  const auto text = find_file_text(kind == IdKind::user ? "/etc/subuid" : "/etc/subgid");
  return text ? parse_subordinate_ids(*text, std::to_string(uid), user, own)
              : std::vector<IdRange>{};
}

std::uint32_t first_free_subordinate_id(std::string_view subuid, std::string_view subgid) {
  std::uint64_t free = 100000;
  for (const auto text : {subuid, subgid}) {
    for (const auto& line : split(text, '\n')) {
      const auto parts = split(trim(line), ':');
      if (parts.size() != 3) continue;
      const auto start = parse_number<std::uint32_t>(parts[1]);
      const auto count = parse_number<std::uint32_t>(parts[2]);
      if (start && count) free = std::max(free, std::uint64_t{*start} + *count);
    }
  }
  return static_cast<std::uint32_t>(std::min(free, kIds - 65536));
}

}  // namespace base
