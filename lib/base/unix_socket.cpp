// SPDX-License-Identifier: Apache-2.0
#include "base/unix_socket.hpp"

#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace base {

std::optional<UniqueFd> connect_unix(const std::string& directory,
                                     const std::string& name,
                                     int type) {
  const auto parent = find_file(directory, O_PATH | O_DIRECTORY);
  if (!parent) return std::nullopt;
  // An address holds 108 bytes; through the descriptor of the directory any path is short.
  const std::string path = fmt::format("/proc/self/fd/{}/{}", parent->get(), name);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    fail(Kind::usage, "{}: name of a socket is too long", name);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!fd) sys_fail("make a socket");
  const int connected = retry([&] {
    return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  });
  if (connected == 0) return fd;
  if (errno == ENOENT || errno == ECONNREFUSED) return std::nullopt;
  sys_fail("connect to {}/{}", directory, name);
}

}  // namespace base
