// SPDX-License-Identifier: Apache-2.0
#include "base/sys.hpp"

#include <dirent.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"

namespace base {

UniqueFd open_file(const std::string& path, int flags, mode_t mode) {
  return open_at(AT_FDCWD, path, flags, mode);
}

UniqueFd open_at(int dir, const std::string& path, int flags, mode_t mode) {
  UniqueFd fd(retry([&] { return ::openat(dir, path.c_str(), flags | O_CLOEXEC, mode); }));
  if (!fd) sys_fail("open {}", path);
  return fd;
}

std::optional<UniqueFd> find_file(const std::string& path, int flags) {
  UniqueFd fd(retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC); }));
  if (fd) return fd;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  sys_fail("open {}", path);
}

namespace {

UniqueFd try_open_in_root(int dir, const std::string& path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.mode = (flags & (O_CREAT | O_TMPFILE)) ? mode : 0;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: a rename raced with the resolution of "..", the kernel asks to try again.
  for (int attempt = 0;; ++attempt) {
    UniqueFd fd(static_cast<int>(
        retry([&] { return ::syscall(SYS_openat2, dir, path.c_str(), &how, sizeof how); })));
    if (fd || errno != EAGAIN || attempt == 64) return fd;
  }
}

}  // namespace

UniqueFd open_in_root(int dir, const std::string& path, int flags, mode_t mode) {
  UniqueFd fd = try_open_in_root(dir, path, flags, mode);
  if (!fd) sys_fail("open {}", path);
  return fd;
}

std::optional<UniqueFd> find_in_root(int dir, const std::string& path, int flags) {
  UniqueFd fd = try_open_in_root(dir, path, flags, 0);
  if (fd) return fd;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  sys_fail("open {}", path);
}

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) sys_fail("make a pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::pair<UniqueFd, UniqueFd> make_socket_pair(int type) {
  int ends[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0) sys_fail("make a socket pair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd make_memory_file(const char* name, std::string_view content) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd) sys_fail("make a file in memory");
  write_full(fd.get(), content);
  if (::lseek(fd.get(), 0, SEEK_SET) < 0) sys_fail("rewind a file in memory");
  return fd;
}

std::size_t read_full(int fd, void* buffer, std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    const ssize_t n =
        retry([&] { return ::read(fd, static_cast<char*>(buffer) + got, size - got); });
    if (n < 0) sys_fail("read");
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

void write_full(int fd, const void* buffer, std::size_t size) {
  const char* at = static_cast<const char*>(buffer);
  while (size > 0) {
    const ssize_t n = retry([&] { return ::write(fd, at, size); });
    if (n < 0) sys_fail("write");
    at += n;
    size -= static_cast<std::size_t>(n);
  }
}

void write_full(int fd, std::string_view text) {
  write_full(fd, text.data(), text.size());
}

std::string read_rest(int fd, std::size_t limit) {
  std::string text;

  struct stat st {};

  std::size_t chunk = 4096;
  if (::fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
    chunk = std::min<std::size_t>(static_cast<std::size_t>(st.st_size) + 1, std::size_t{1} << 22);
  }
  for (;;) {
    const std::size_t had = text.size();
    text.resize(had + chunk);
    const std::size_t got = read_full(fd, text.data() + had, chunk);
    text.resize(had + got);
    if (text.size() > limit) fail(Kind::corrupt, "more than {} bytes", limit);
    if (got < chunk) return text;
    chunk = std::min<std::size_t>(chunk * 2, std::size_t{1} << 22);
  }
}

std::optional<std::string> read_link(const std::string& path) {
  std::string target(4096, '\0');
  const ssize_t n = ::readlink(path.c_str(), target.data(), target.size());
  if (n < 0) {
    if (errno == EINVAL || errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    sys_fail("read link {}", path);
  }
  target.resize(static_cast<std::size_t>(n));
  return target;
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), std::free);
  return real ? real.get() : path;
}

void make_directory(const std::string& given, mode_t mode) {
  std::string path = given;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const auto slash = path.find_last_of('/');
  const std::string above = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const auto parent = find_file(above, O_PATH | O_DIRECTORY);
  if (!parent) sys_fail("make directory {}", path);
  if (::mkdirat(parent->get(), name.c_str(), mode) == 0) {
    // The umask has taken bits away that the caller asked for. Not by name: whoever owns the directory above may have put
    // a link there.
    const UniqueFd made = open_at(parent->get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (::fchmod(made.get(), mode) < 0) sys_fail("set the mode of {}", path);
    return;
  }
  if (errno == EEXIST && is_directory(path)) return;
  sys_fail("make directory {}", path);
}

void make_directories(const std::string& path, mode_t mode) {
  if (is_directory(path)) return;
  const auto slash = path.find_last_of('/');
  if (slash != std::string::npos && slash > 0) make_directories(path.substr(0, slash), mode);
  make_directory(path, mode);
}

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::optional<struct stat> find_stat(const std::string& path) {
  struct stat st {};

  if (::lstat(path.c_str(), &st) == 0) return st;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  sys_fail("stat {}", path);
}

struct stat stat_of(int fd, std::string_view name) {
  struct stat st {};

  if (::fstat(fd, &st) < 0) sys_fail("stat {}", name);
  return st;
}

std::vector<std::string> list_directory(const std::string& path) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), ::closedir);
  if (!dir) {
    if (errno == ENOENT || errno == ENOTDIR) return names;
    sys_fail("list {}", path);
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir.get());
    if (!entry) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) sys_fail("list {}", path);
  return names;
}

void rename_path(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) < 0) sys_fail("rename {} to {}", from, to);
}

bool remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  sys_fail("remove {}", path);
}

bool is_directory(const std::string& path) {
  struct stat st {};

  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

UniqueFd duplicate(int fd, int least) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, least));
  if (!copy) sys_fail("duplicate a descriptor");
  return copy;
}

}  // namespace base
