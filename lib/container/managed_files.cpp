// SPDX-License-Identifier: Apache-2.0
#include "container/managed_files.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/account.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "container/user_mapping.hpp"

namespace container {

namespace {

using base::fail;
using base::Kind;
using Fields = std::vector<std::string>;

/// The first line whose field `index` is `value`.
std::optional<std::string> find_line(const std::string& text,
                                     std::size_t index,
                                     const std::string& value) {
  for (const auto& line : base::split(text, '\n')) {
    const Fields fields = base::split(line, ':');
    if (fields.size() > index && fields[index] == value) return line;
  }
  return std::nullopt;
}

void add_line(std::string& text, const std::string& line) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  text += line + '\n';
}

std::string with_words(std::string text,
                       const std::vector<std::pair<std::string, std::string>>& words) {
  for (const auto& [word, value] : words) text = base::replaced(std::move(text), word, value);
  return text;
}

struct Person {
  std::string name, home, group;
  std::uint32_t uid = 0, gid = 0;
};

bool is_number(const std::string& text) {
  return base::parse_number<std::uint32_t>(text).has_value();
}

/// Whether a mount of the container's brings the directory, or what it lies in.
bool is_mounted(const CreateOptions& options, const std::string& directory) {
  return std::any_of(options.mounts.begin(), options.mounts.end(), [&](const MountOption& m) {
    return m.target == directory || directory.starts_with(m.target + "/");
  });
}

/// What may stand in a line of /etc/passwd: a directory that an image names could bring lines of its own (CVE-2022-4318).
std::string home_of(const std::string& directory) {
  const bool is_field = std::none_of(directory.begin(), directory.end(), [](char c) {
    return c == ':' || (c >= 0 && c < ' ') || c == 0x7F;
  });
  return is_field ? directory : "/";
}

/// The user that the container runs as, when the options ask for a line for him.
std::optional<Person> person_of(const CreateOptions& options,
                                const UserIds& user,
                                const std::string& working_directory) {
  const bool keeps = keep_id(options.namespaces) && base::is_rootless();
  const bool named =
      options.rules.names_numbers && is_number(base::split_pair(options.user, ':').first);
  if (!keeps && !named && options.files.passwd_entry.empty() && options.files.group_entry.empty())
    return std::nullopt;
  const auto account =
      keeps   ? base::find_account(base::outer_uid())
      : named ? base::parse_passwd(base::find_file_text("/etc/passwd").value_or(""), user.uid)
              : std::nullopt;
  const bool has_home = keeps && account && is_mounted(options, account->home);
  Person person{account ? account->name : std::to_string(user.uid),
                has_home ? account->home : home_of(working_directory),
                "",
                user.uid,
                user.gid};
  person.group = named && !keeps ? std::to_string(user.gid) : person.name;
  return person;
}

std::string passwd_line(const Person& person, const std::string& entry) {
  const std::string form = entry.empty() ? "$USERNAME:*:$UID:$GID:$NAME:$HOME:/bin/sh" : entry;
  return with_words(form,
                    {{"$USERNAME", person.name},
                     {"$UID", std::to_string(person.uid)},
                     {"$GID", std::to_string(person.gid)},
                     {"$NAME", person.name},
                     {"$HOME", person.home}});
}

std::string group_line(const Person& person, const std::string& entry) {
  const std::string form = entry.empty() ? "$GROUPNAME:x:$GID:" : entry;
  return with_words(form,
                    {{"$GROUPNAME", person.group},
                     {"$GID", std::to_string(person.gid)},
                     {"$USERLIST", person.name}});
}

std::string host_user_line(const std::string& wanted) {
  const auto passwd = base::find_file_text("/etc/passwd").value_or("");
  auto line = find_line(passwd, 0, wanted);
  if (!line) line = find_line(passwd, 2, wanted);
  if (!line) fail(Kind::usage, "user {} is not known on the host", wanted);
  return *line;
}

constexpr const char* kDatabase = "/usr/share/zoneinfo";

std::string database_entry(const std::string& zone) {
  return fmt::format("{}/{}", kDatabase, zone);
}

/// "Area/City" below the host's database, which may not lead out of it.
std::string read_timezone(const std::string& zone) {
  if (zone == "local") return base::find_file_text("/etc/localtime").value_or("");
  constexpr std::size_t kLargest = 1 << 20;
  const auto directory = base::find_file(kDatabase, O_PATH | O_DIRECTORY);
  const auto file = directory ? base::find_in_root(directory->get(), zone, O_RDONLY) : std::nullopt;
  if (!file || !S_ISREG(base::stat_of(file->get(), zone).st_mode)) {
    fail(Kind::usage, "finding timezone: stat {}: no such file or directory", database_entry(zone));
  }
  return base::read_rest(file->get(), kLargest);
}

/// Whether the image itself knows the zone.
bool has_zone(int rootfs, const std::string& zone) {
  return zone != "local" && base::find_in_root(rootfs, database_entry(zone), O_PATH);
}

}  // namespace

std::string known_inside(const std::string& user,
                         const std::vector<std::string>& host_users,
                         int rootfs) {
  if (host_users.empty()) return user;
  const auto [name, group] = base::split_pair(user, ':');
  if (find_line(read_image_file(rootfs, "/etc/passwd"), 0, name)) return user;
  for (const auto& known : host_users) {
    const Fields fields = base::split(host_user_line(known), ':');
    if (fields[0] == name && fields.size() > 3) return fields[2] + ":" + group.value_or(fields[3]);
  }
  return user;
}

bool append_to_image_file(int rootfs, const std::string& path, const std::string& content) {
  const std::string before = read_image_file(rootfs, path);
  if (before.empty() || !content.starts_with(before)) return false;
  const auto entry = base::find_in_root(rootfs, path, O_PATH | O_NOFOLLOW);
  if (!entry || !S_ISREG(base::stat_of(entry->get(), path).st_mode)) return false;
  const auto file = base::open_in_root(rootfs, path, O_WRONLY | O_APPEND | O_NOFOLLOW);
  base::write_full(file.get(), std::string_view(content).substr(before.size()));
  return true;
}

void link_timezone(int rootfs, const std::string& zone) {
  if (!has_zone(rootfs, zone)) return;
  const auto etc = base::find_in_root(rootfs, "/etc", O_PATH | O_DIRECTORY);
  if (!etc) return;
  ::unlinkat(etc->get(), "localtime", 0);
  if (::symlinkat((".." + database_entry(zone)).c_str(), etc->get(), "localtime") < 0)
    base::sys_fail("link /etc/localtime of the container");
  const auto owner = base::stat_of(etc->get(), "/etc");
  if (::fchownat(etc->get(), "localtime", owner.st_uid, owner.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
    base::sys_fail("give /etc/localtime to the container");
}

std::vector<std::pair<std::string, std::string>> managed_files(
    const CreateOptions& options,
    int rootfs,
    UserIds& user,
    const std::string& working_directory) {
  std::vector<std::pair<std::string, std::string>> files;
  const auto& asked = options.files;
  const auto person = person_of(options, user, working_directory);
  if (!asked.no_passwd && (person || !asked.host_users.empty())) {
    std::string passwd = read_image_file(rootfs, "/etc/passwd");
    std::string group = read_image_file(rootfs, "/etc/group");
    // An image without these files is left without them.
    const bool has_passwd = !passwd.empty(), has_group = !group.empty();
    const auto passwd_size = passwd.size(), group_size = group.size();
    for (const auto& name : asked.host_users) add_line(passwd, host_user_line(name));
    if (person && !find_line(passwd, 2, std::to_string(person->uid))) {
      add_line(passwd, passwd_line(*person, asked.passwd_entry));
      user.home = person->home;
    }
    if (person && !find_line(group, 2, std::to_string(person->gid)))
      add_line(group, group_line(*person, asked.group_entry));
    if (has_passwd && passwd.size() != passwd_size) files.emplace_back("passwd", passwd);
    if (has_group && group.size() != group_size) files.emplace_back("group", group);
  }
  if (!asked.timezone.empty() && (options.read_only || !has_zone(rootfs, asked.timezone))) {
    if (auto zone = read_timezone(asked.timezone); !zone.empty())
      files.emplace_back("localtime", std::move(zone));
  }
  return files;
}

std::optional<std::string> base_hosts(const std::string& word, int rootfs) {
  if (word.empty()) return std::nullopt;
  if (word == "none") return "127.0.0.1\tlocalhost\n::1\tlocalhost\n";
  if (word == "image") return read_image_file(rootfs, "/etc/hosts");
  return base::read_file(word);
}

}  // namespace container
