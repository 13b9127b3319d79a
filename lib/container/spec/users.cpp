// SPDX-License-Identifier: Apache-2.0
// Who "user[:group]" is, by the image's passwd and group files and Docker's rules. The files are
// the image's and hostile: opened confined to the root, only when they are regular, read up to a
// bound.
#include <algorithm>
#include <fcntl.h>
#include <functional>
#include <limits>
#include <sys/stat.h>

#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/spec/spec.hpp"

namespace container {

namespace {

constexpr std::size_t kLargestFile = std::size_t{4} << 20;

/// Calls `act` with the fields of each line until it returns false.
void for_each_line(std::string_view text,
                   const std::function<bool(const std::vector<std::string>&)>& act) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = base::trim(text.substr(0, end));
    if (!line.empty() && line.front() != '#' && !act(base::split(line, ':'))) return;
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// A numeric id. Kind usage when it is a number out of range.
std::optional<std::uint32_t> parse_id(const std::string& text) {
  const bool digits =
      !text.empty() &&
      text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos;
  if (!digits || text == "-") return std::nullopt;
  const auto id = base::parse_number<std::int32_t>(text);
  if (!id || *id < 0) base::fail(base::Kind::usage, "uids and gids must be in range 0-2147483647");
  return static_cast<std::uint32_t>(*id);
}

/// An id in a file; a line whose id is none is passed over.
std::optional<std::uint32_t> id_field(const std::vector<std::string>& fields, std::size_t index) {
  if (fields.size() <= index) return std::nullopt;
  // Not 2^32-1: to the kernel that is "as before", which is root.
  const auto id = base::parse_number<std::uint32_t>(fields[index]);
  return id && *id <= std::numeric_limits<std::int32_t>::max() ? id : std::nullopt;
}

struct Account {
  std::string name, home;
  std::uint32_t uid = 0, gid = 0;
};

/// By uid when `uid` is set, else by name.
std::optional<Account> find_account(const std::string& passwd,
                                    std::optional<std::uint32_t> uid,
                                    const std::string& name) {
  std::optional<Account> found;
  for_each_line(passwd, [&](const std::vector<std::string>& fields) {
    const auto line_uid = id_field(fields, 2), line_gid = id_field(fields, 3);
    if (!line_uid || !line_gid || (uid ? *line_uid != *uid : fields[0] != name)) return true;
    found = Account{fields[0], fields.size() > 5 ? fields[5] : "", *line_uid, *line_gid};
    return false;
  });
  return found;
}

/// The gid that a name or number stands for; a number need not be in the file.
std::uint32_t find_group(const std::string& group_file, const std::string& group) {
  if (const auto gid = parse_id(group)) return *gid;
  std::optional<std::uint32_t> found;
  for_each_line(group_file, [&](const std::vector<std::string>& fields) {
    if (fields[0] == group) found = id_field(fields, 2);
    return !found;
  });
  if (!found)
    base::fail(
        base::Kind::usage, "unable to find group {}: no matching entries in group file", group);
  return *found;
}

/// Groups whose list of members has the name.
std::vector<std::uint32_t> groups_of(const std::string& group_file, const std::string& name) {
  std::vector<std::uint32_t> gids;
  for_each_line(group_file, [&](const std::vector<std::string>& fields) {
    const auto gid = id_field(fields, 2);
    if (!gid || fields.size() < 4) return true;
    const auto members = base::split(fields[3], ',');
    if (std::find(members.begin(), members.end(), name) != members.end()) gids.push_back(*gid);
    return true;
  });
  return gids;
}

void add_group(UserIds& ids, std::uint32_t gid) {
  if (std::find(ids.groups.begin(), ids.groups.end(), gid) == ids.groups.end())
    ids.groups.push_back(gid);
}

}  // namespace

std::string read_image_file(int root_fd, const std::string& path) {
  // O_NONBLOCK: an image may hold a fifo here.
  std::optional<base::UniqueFd> fd;
  try {
    fd = base::find_in_root(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  } catch (const base::Error& error) {
    if (error.kind() == base::Kind::io || error.kind() == base::Kind::denied)
      return {};  // ELOOP, ENXIO …
    throw;
  }
  if (!fd || !S_ISREG(base::stat_of(fd->get(), path).st_mode)) return {};
  return base::in_context("read " + path + " of the image",
                          [&] { return base::read_rest(fd->get(), kLargestFile); });
}

UserIds find_user(int root_fd, const std::string& user, const std::vector<std::string>& group_add) {
  const auto [name, group] = base::split_pair(user, ':');
  const bool wants_group = group && !group->empty();
  const auto number = name.empty() ? std::optional<std::uint32_t>(0) : parse_id(name);
  const auto account = find_account(read_image_file(root_fd, "/etc/passwd"), number, name);
  if (!account && !number) {
    base::fail(
        base::Kind::usage, "unable to find user {}: no matching entries in passwd file", name);
  }

  UserIds ids;
  ids.uid = account ? account->uid : *number;
  if (account) ids.gid = account->gid;
  if (account && !account->home.empty()) ids.home = account->home;
  std::string group_file;
  if (wants_group || account || !group_add.empty())
    group_file = read_image_file(root_fd, "/etc/group");
  if (wants_group) ids.gid = find_group(group_file, *group);
  add_group(ids, ids.gid);
  if (account && !wants_group) {
    for (const auto gid : groups_of(group_file, account->name)) add_group(ids, gid);
  }
  for (const auto& extra : group_add) add_group(ids, find_group(group_file, extra));
  return ids;
}

}  // namespace container
