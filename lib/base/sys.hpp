// SPDX-License-Identifier: Apache-2.0
// System calls that make or use descriptors: always CLOEXEC, EINTR retried, failures thrown as Error.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"

namespace base {

/// Calls `act` again for as long as it fails with EINTR.
template <typename Act>
auto retry(Act act) {
  decltype(act()) result;
  do result = act();
  while (result < 0 && errno == EINTR);
  return result;
}

UniqueFd open_file(const std::string& path, int flags, mode_t mode = 0);
UniqueFd open_at(int dir, const std::string& path, int flags, mode_t mode = 0);

/// Like open_file, but nothing when the file does not exist.
std::optional<UniqueFd> find_file(const std::string& path, int flags);

/// Opens below `dir` and nowhere else: symlinks and .. resolve as if `dir` were the root (openat2, RESOLVE_IN_ROOT).
UniqueFd open_in_root(int dir, const std::string& path, int flags, mode_t mode = 0);

/// The same, but nothing when there is no such file.
std::optional<UniqueFd> find_in_root(int dir, const std::string& path, int flags);

struct Pipe {
  UniqueFd read, write;
};

Pipe make_pipe();

/// A connected pair of unix sockets of the given type (SOCK_STREAM, SOCK_SEQPACKET).
std::pair<UniqueFd, UniqueFd> make_socket_pair(int type);

/// An anonymous file in memory, rewound, holding `content`.
UniqueFd make_memory_file(const char* name, std::string_view content);

/// Reads until the buffer is full or the end; returns how many bytes came.
std::size_t read_full(int fd, void* buffer, std::size_t size);
void write_full(int fd, const void* buffer, std::size_t size);
void write_full(int fd, std::string_view text);

/// The whole rest of a descriptor. More than `limit` bytes is an Error of kind corrupt.
std::string read_rest(int fd, std::size_t limit = std::size_t{1} << 30);

/// The target of a symbolic link; nothing when `path` is none.
std::optional<std::string> read_link(const std::string& path);

/// Without links (realpath); as it is where it leads nowhere.
std::string real_path(const std::string& path);

void make_directory(const std::string& path, mode_t mode = 0755);

/// Makes a directory and its missing parents, each with exactly `mode`, whatever the umask.
void make_directories(const std::string& path, mode_t mode = 0755);

bool exists(const std::string& path);
std::optional<struct stat> find_stat(const std::string& path);
struct stat stat_of(int fd, std::string_view name);

/// Names of the entries of a directory without . and .., unsorted; empty when it does not exist.
std::vector<std::string> list_directory(const std::string& path);

/// Renames; both on one file system. Replaces an existing file.
void rename_path(const std::string& from, const std::string& to);

/// Removes one file; false when it was not there.
bool remove_file(const std::string& path);

/// True when the path is an existing directory (following links).
bool is_directory(const std::string& path);

/// Moves an owned descriptor number to at least `least`, CLOEXEC kept.
UniqueFd duplicate(int fd, int least = 3);

}  // namespace base
