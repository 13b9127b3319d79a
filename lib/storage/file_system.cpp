// SPDX-License-Identifier: Apache-2.0
#include "storage/file_system.hpp"

#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace storage {

FileSystem::FileSystem(const std::string& type)
    : type_(type), fd_(static_cast<int>(::syscall(SYS_fsopen, type.c_str(), FSOPEN_CLOEXEC))) {
  if (!fd_) base::sys_fail("open file system type {}", type);
}

bool FileSystem::try_set(const std::string& key, const std::string& value) {
  return ::syscall(SYS_fsconfig, fd_.get(), FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0) ==
         0;
}

void FileSystem::set(const std::string& key, const std::string& value) {
  if (!try_set(key, value)) fail(fmt::format("set {}={}", key, value));
}

void FileSystem::set_flag(const std::string& key) {
  if (::syscall(SYS_fsconfig, fd_.get(), FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0) < 0)
    fail(fmt::format("set {}", key));
}

bool FileSystem::try_create() {
  created_ = ::syscall(SYS_fsconfig, fd_.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
  if (!created_ && errno != EINVAL) fail("create");
  return created_;
}

base::UniqueFd FileSystem::mount(std::uint64_t attributes) {
  if (!created_ && !try_create()) fail("create");
  base::UniqueFd mount(
      static_cast<int>(::syscall(SYS_fsmount, fd_.get(), FSMOUNT_CLOEXEC, attributes)));
  if (!mount) fail("mount");
  return mount;
}

void FileSystem::fail(const std::string& what) {
  const int error = errno;
  char line[512];
  const ssize_t n = ::read(fd_.get(), line, sizeof line);  // "e overlay: message"
  const std::string words =
      n > 2 ? std::string(base::trim({line + 2, static_cast<std::size_t>(n) - 2})) : "";
  base::throw_errno(
      error,
      fmt::format("mount the {}: {}{}", type_, what, words.empty() ? "" : " (" + words + ")"));
}

}  // namespace storage
