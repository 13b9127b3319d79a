// SPDX-License-Identifier: Apache-2.0
#include "container/user_mapping.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/passage.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "container/spec/spec.hpp"

namespace container {

namespace {

/// How many ids, from 0 on without a gap, this namespace has.
std::uint32_t count_of(const std::vector<base::IdRange>& map) {
  std::uint32_t next = 0;
  for (const auto& range : map) {
    if (range.inside == next) next += range.count;
  }
  return next;
}

/// The ranges cut where those of this namespace end: the kernel wants each to lie within one of them.
std::vector<base::IdRange> fitted(const std::vector<base::IdRange>& ranges,
                                  const std::vector<base::IdRange>& own) {
  std::vector<base::IdRange> pieces;
  for (auto rest : ranges) {
    while (rest.count > 0) {
      auto piece = rest;
      for (const auto& part : own) {
        if (rest.outside >= part.inside && rest.outside - part.inside < part.count)
          piece.count = std::min(rest.count, part.count - (rest.outside - part.inside));
      }
      pieces.push_back(piece);
      rest = {rest.inside + piece.count, rest.outside + piece.count, rest.count - piece.count};
    }
  }
  return pieces;
}

}  // namespace

std::optional<KeepId> keep_id(const Namespaces& namespaces) {
  const auto [name, options] = base::split_pair(namespaces.user, ':');
  if (name != "keep-id") return std::nullopt;
  KeepId ids;
  if (base::is_rootless()) ids = {base::outer_uid(), base::outer_gid()};
  for (const auto& option : base::split(options.value_or(""), ',')) {
    const auto [key, value] = base::split_pair(option, '=');
    const auto number = base::parse_number<std::uint32_t>(value.value_or(""));
    if (key == "uid" && number) ids.uid = *number;
    if (key == "gid" && number) ids.gid = *number;
  }
  return ids;
}

std::optional<base::IdMapping> user_mapping(const Namespaces& namespaces) {
  if (const auto& mapping = namespaces.mapping) {
    if (!base::is_rootless()) return mapping;
    return base::IdMapping{fitted(mapping->uids, base::uid_map()),
                           fitted(mapping->gids, base::gid_map())};
  }
  const auto ids = keep_id(namespaces);
  if (!ids || !base::is_rootless()) return std::nullopt;
  return base::IdMapping{base::keeping(ids->uid, count_of(base::uid_map())),
                         base::keeping(ids->gid, count_of(base::gid_map()))};
}

namespace {

using base::fail;
using base::IdRange;
using base::Kind;

/// Podman's least, and what it takes for an image that says nothing.
constexpr std::uint32_t kLeastAuto = 1024;
constexpr std::uint32_t kNobody = 65534;

/// The ids that automatic mappings may choose from, in this namespace.
std::vector<IdRange> pool(base::IdKind kind) {
  if (base::is_rootless()) {
    const auto count = count_of(kind == base::IdKind::user ? base::uid_map() : base::gid_map());
    return {{0, 1, count - 1}};
  }
  constexpr const char* kUser = "containers";
  const char* word = kind == base::IdKind::user ? "uid" : "gid";
  // No id of root's needs to stay free: this one is nobody's, and ranges end before it.
  auto ranges = base::subordinate_ids(kind, 0xffffffff, kUser, 0xffffffff);
  if (ranges.empty()) {
    fail(Kind::usage,
         "cannot find UID/GID for user {0}: no sub{1} ranges found for user \"{0}\" in /etc/sub{1}",
         kUser,
         word);
  }
  return ranges;
}

/// The first `size` ids of the pool that none of `taken` has.
std::vector<IdRange> choose(const std::vector<IdRange>& from,
                            std::vector<IdRange> taken,
                            std::uint32_t size) {
  std::sort(taken.begin(), taken.end(), [](const IdRange& a, const IdRange& b) {
    return a.outside < b.outside;
  });
  for (const auto& range : from) {
    std::uint64_t start = range.outside;
    for (const auto& other : taken) {
      if (start + size <= other.outside) break;
      start = std::max(start, std::uint64_t{other.outside} + other.count);
    }
    if (start + size <= std::uint64_t{range.outside} + range.count)
      return {{0, static_cast<std::uint32_t>(start), size}};
  }
  fail(Kind::usage, "not enough unused IDs in user namespace");
}

/// The largest id of a line of the image's file, but for nobody's.
std::uint32_t largest_id(Engine& engine, const image::Image& image, const char* file) {
  std::uint32_t largest = 0;
  for (const auto& layer : engine.layers.of_image(image.id)) {
    const auto root = base::find_file(layer.diff(), O_PATH | O_DIRECTORY);
    if (!root) continue;
    for (const auto& line : base::split(read_image_file(root->get(), file), '\n')) {
      const auto parts = base::split(line, ':');
      const auto id = parts.size() > 2 ? base::parse_number<std::uint32_t>(parts[2]) : std::nullopt;
      if (id && *id < kNobody) largest = std::max(largest, *id);
    }
  }
  return largest;
}

/// What "auto:size=…,uidmapping=…,gidmapping=…" asks for.
struct Wishes {
  std::optional<std::uint32_t> size;
  base::IdMapping fixed;  ///< there whatever else is chosen
};

/// "CONTAINER:HOST:COUNT"; "@HOST" is one of the host's own ids, else it counts within those that we have.
IdRange parse_fixed(const std::string& text, const std::vector<IdRange>& own) {
  const auto parts = base::split(text, ':');
  const bool outer = parts.size() == 3 && parts[1].starts_with('@');
  std::optional<std::uint32_t> inside, outside, count;
  if (parts.size() == 3) {
    inside = base::parse_number<std::uint32_t>(parts[0]);
    outside = base::parse_number<std::uint32_t>(parts[1].substr(outer ? 1 : 0));
    count = base::parse_number<std::uint32_t>(parts[2]);
  }
  if (!inside || !outside || !count || *count == 0)
    fail(Kind::usage, "invalid mapping \"{}\" of --userns auto: CONTAINER:HOST:COUNT", text);
  return {*inside, outer ? base::unmap_id(own, *outside) : *outside, *count};
}

Wishes wishes_of(const std::string& mode) {
  Wishes wishes;
  for (const auto& word : base::split(base::split_pair(mode, ':').second.value_or(""), ',')) {
    const auto [key, value] = base::split_pair(word, '=');
    const auto size = base::parse_number<std::uint32_t>(value.value_or(""));
    if (key == "size" && size && *size > 0)
      wishes.size = size;
    else if (key == "uidmapping" && value)
      wishes.fixed.uids.push_back(parse_fixed(*value, base::uid_map()));
    else if (key == "gidmapping" && value)
      wishes.fixed.gids.push_back(parse_fixed(*value, base::gid_map()));
    else if (!word.empty())
      fail(Kind::usage, "invalid option \"{}\" of --userns auto", word);
  }
  return wishes;
}

/// `ranges` without the ids inside that `fixed` maps, and then those.
std::vector<IdRange> with_fixed(std::vector<IdRange> ranges, const std::vector<IdRange>& fixed) {
  for (const auto& cut : fixed) {
    std::vector<IdRange> left;
    for (const auto& r : ranges) {
      const std::uint32_t end = r.inside + r.count, cut_end = cut.inside + cut.count;
      if (r.inside < cut.inside)
        left.push_back({r.inside, r.outside, std::min(end, cut.inside) - r.inside});
      const std::uint32_t from = std::max(r.inside, cut_end);
      if (from < end) left.push_back({from, r.outside + (from - r.inside), end - from});
    }
    ranges = std::move(left);
  }
  ranges.insert(ranges.end(), fixed.begin(), fixed.end());
  return ranges;
}

std::uint32_t automatic_size(Engine& engine,
                             const CreateOptions& options,
                             const image::Image* image) {
  std::uint32_t size = kLeastAuto;
  for (const auto& id : base::split(options.user, ':')) {
    if (const auto number = base::parse_number<std::uint32_t>(id); number && *number < kNobody)
      size = std::max(size, *number + 1);
  }
  if (!image) return size;
  for (const char* file : {"/etc/passwd", "/etc/group"})
    size = std::max(size, largest_id(engine, *image, file) + 1);
  return size;
}

base::IdMapping choose_mapping(Engine& engine, const base::IdMapping& fixed, std::uint32_t size) {
  std::vector<IdRange> uids = fixed.uids, gids = fixed.gids;
  for (const auto& record : engine.containers.list_everywhere()) {
    const auto n = engine.containers.details(record.id).options.namespaces;
    if (!n.mapping) continue;
    uids.insert(uids.end(), n.mapping->uids.begin(), n.mapping->uids.end());
    gids.insert(gids.end(), n.mapping->gids.begin(), n.mapping->gids.end());
  }
  return {with_fixed(choose(pool(base::IdKind::user), std::move(uids), size), fixed.uids),
          with_fixed(choose(pool(base::IdKind::group), std::move(gids), size), fixed.gids)};
}

/// Of the namespace that a process lives in, as it looks from ours; nothing for ours itself.
std::optional<base::IdMapping> mapping_of(const std::string& process) {
  base::IdMapping mapping{base::read_map(process + "/uid_map"),
                          base::read_map(process + "/gid_map")};
  // Seen from inside, our own namespace maps its ids to themselves: as many as it has.
  const bool ours = base::read_link(process + "/ns/user") == base::read_link("/proc/self/ns/user");
  if (ours) return std::nullopt;
  return mapping;
}

std::optional<base::IdMapping> joined_mapping(Engine& engine, const std::string& mode) {
  if (mode.starts_with("container:"))
    return user_mapping(engine.containers.details(mode.substr(10)).options.namespaces);
  constexpr std::string_view kEnd = "/ns/user";
  const std::string path = mode.substr(3);
  if (!path.starts_with("/proc/") || !path.ends_with(kEnd))
    fail(Kind::unsupported, "--userns {}: only /proc/PID/ns/user is supported yet", mode);
  return mapping_of(path.substr(0, path.size() - kEnd.size()));
}

}  // namespace

std::optional<base::FileLock> decide_mapping(Engine& engine,
                                             CreateOptions& options,
                                             const image::Image* image) {
  auto& n = options.namespaces;
  const std::string name = base::split_pair(n.user, ':').first;
  if (name == "container" || name == "ns") n.mapping = joined_mapping(engine, n.user);
  if (name == "nomap") {
    if (!base::is_rootless()) fail(Kind::usage, "nomap is only supported in rootless mode");
    n.mapping = base::IdMapping{{{0, 1, count_of(base::uid_map()) - 1}},
                                {{0, 1, count_of(base::gid_map()) - 1}}};
  }
  if (name != "auto") return std::nullopt;
  const auto wishes = wishes_of(n.user);
  auto lock = engine.store.lock("automatic-ids");
  n.mapping = choose_mapping(
      engine, wishes.fixed, wishes.size ? *wishes.size : automatic_size(engine, options, image));
  return lock;
}

void give_to_root(const std::string& path, const std::optional<base::IdMapping>& mapping) {
  if (!mapping) return;
  if (::chown(path.c_str(), base::map_id(mapping->uids, 0), base::map_id(mapping->gids, 0)) < 0)
    base::sys_fail("change the owner of {}", path);
}

void open_the_way(const storage::Paths& paths,
                  const std::string& directory,
                  const base::IdMapping& mapping) {
  for (const auto& path : {paths.runroot(), paths.run_containers()}) {
    if (::chmod(path.c_str(), 0711) < 0) base::sys_fail("change the mode of {}", path);
  }
  const gid_t group = base::map_id(mapping.gids, 0);
  base::open_passage(paths.runroot(), group);
  constexpr auto kSame = static_cast<uid_t>(-1);
  if (::chown(directory.c_str(), kSame, group) < 0 || ::chmod(directory.c_str(), 0710) < 0)
    base::sys_fail("change the mode of {}", directory);
}

}  // namespace container
