// SPDX-License-Identifier: Apache-2.0
#include "console.hpp"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace monitor {

int listen_console() {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{AF_UNIX, "console"};
  unlink(address.sun_path);
  const mode_t mask = umask(0177);
  const bool bound =
      fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  umask(mask);
  return bound && listen(fd, 1) == 0 ? fd : -1;
}

int receive_terminal(int listener) {
  const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return -1;
  char name[64];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  iovec part = {name, sizeof name};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  int terminal = -1;
  if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) >= 0) {
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
      memcpy(&terminal, CMSG_DATA(header), sizeof terminal);
    }
  }
  close(connection);
  unlink("console");
  return terminal;
}

}  // namespace monitor
