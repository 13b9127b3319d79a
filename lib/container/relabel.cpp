// SPDX-License-Identifier: Apache-2.0
#include "container/relabel.hpp"

#include <array>
#include <cerrno>
#include <set>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"

namespace container {

namespace {

constexpr const char* kAttribute = "security.selinux";

/// Where a label of one container would lock the system out of its own files; those of container-selinux's users.
constexpr std::array kKept = std::to_array<const char*>(
    {"/",     "/bin", "/boot",  "/dev",   "/etc", "/etc/passwd", "/etc/pki", "/etc/shadow",
     "/home", "/lib", "/lib64", "/media", "/opt", "/proc",       "/root",    "/run",
     "/sbin", "/srv", "/sys",   "/tmp",   "/usr", "/var",        "/var/lib", "/var/log"});

using Identity = std::pair<dev_t, ino_t>;

/// By what they are and not by name: links and bind mounts lead there, too.
std::set<Identity> kept_files() {
  std::set<Identity> kept;
  const auto add = [&](const std::string& path) {
    if (const auto st = base::find_stat(path)) kept.emplace(st->st_dev, st->st_ino);
  };
  for (const char* path : kKept) add(path);
  if (const auto home = base::environment("HOME"); home && !home->empty()) add(*home);
  return kept;
}

enum class Links { follow, keep };

std::string read_label(const std::string& path, Links links) {
  std::array<char, 256> value{};
  const auto get = links == Links::follow ? ::getxattr : ::lgetxattr;
  const ssize_t size = get(path.c_str(), kAttribute, value.data(), value.size());
  // The kernel ends it with a zero byte.
  std::string label(value.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return label.substr(0, label.find('\0'));
}

/// `path` leads through /proc/self/fd, so that nothing of it but its last name can be a link. What is gone meanwhile, or can have no
/// label, is passed over.
void write_label(const std::string& path,
                 Links links,
                 const std::string& label,
                 const std::string& name) {
  if (read_label(path, links) == label) return;
  const auto set = links == Links::follow ? ::setxattr : ::lsetxattr;
  if (set(path.c_str(), kAttribute, label.c_str(), label.size() + 1, 0) == 0) return;
  if (errno == ENOTSUP || errno == ENOENT || errno == EROFS) return;
  base::sys_fail("set the SELinux label of {}", base::printable(name));
}

/// Following /proc's own link leads to the descriptor's file and no further.
std::string path_of(int fd) {
  return fmt::format("/proc/self/fd/{}", fd);
}

class Relabeling {
 public:
  explicit Relabeling(const std::string& label) : label_(label), kept_(kept_files()) {}

  void root(int source, const std::string& name) {
    const auto st = base::stat_of(source, name);
    refuse_kept(st, name);
    set_label(source, label_, name);
    if (!S_ISDIR(st.st_mode)) return;
    below(base::open_at(source, ".", O_RDONLY | O_DIRECTORY).get(), name);
  }

 private:
  void refuse_kept(const struct stat& st, const std::string& name) const {
    if (kept_.contains({st.st_dev, st.st_ino}))
      base::fail(
          base::Kind::usage, "SELinux relabeling of {} is not allowed", base::printable(name));
  }

  void below(int directory, const std::string& name) {
    const auto here = path_of(directory);
    for (const auto& entry : base::list_directory(here)) {
      struct stat st {};

      if (::fstatat(directory, entry.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) continue;
      const std::string shown = name + "/" + entry;
      refuse_kept(st, shown);
      write_label(here + "/" + entry, Links::keep, label_, shown);
      if (!S_ISDIR(st.st_mode)) continue;
      below(base::open_at(directory, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), shown);
    }
  }

  const std::string& label_;
  std::set<Identity> kept_;
};

}  // namespace

std::string label_of(int fd) {
  return read_label(path_of(fd), Links::follow);
}

void set_label(int fd, const std::string& label, const std::string& name) {
  write_label(path_of(fd), Links::follow, label, name);
}

void relabel(int source, const std::string& label, const std::string& name) {
  Relabeling(label).root(source, name);
}

}  // namespace container
