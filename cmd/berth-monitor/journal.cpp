// SPDX-License-Identifier: Apache-2.0
#include "journal.hpp"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "sys.hpp"

namespace monitor {

namespace {

int journal = -1;
const char* common = "";

bool connect_journal() {
  close_fd(journal);
  journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (journal < 0) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strcpy(address.sun_path, "/run/systemd/journal/socket");
  return connect(journal, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool send_parts(iovec* parts, size_t count) {
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  ssize_t n = 0;
  do n = sendmsg(journal, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n >= 0;
}

}  // namespace

bool open_journal(const char* fields) {
  common = fields;
  return connect_journal();
}

void send_to_journal(const Entry& entry, bool is_error) {
  // PRIORITY is syslog's: 6 is info, 3 is error.
  static char error[] = "PRIORITY=3\n", info[] = "PRIORITY=6\n";
  static char partial[] = "CONTAINER_PARTIAL_MESSAGE=true\n", message[] = "MESSAGE\n", end[] = "\n";
  char size[8];
  for (unsigned i = 0; i < sizeof size; ++i)
    size[i] = static_cast<char>(static_cast<uint64_t>(entry.size) >> 8 * i);
  iovec parts[] = {{const_cast<char*>(common), strlen(common)},
                   {is_error ? error : info, sizeof error - 1},
                   {partial, entry.complete ? 0 : sizeof partial - 1},
                   {message, sizeof message - 1},
                   {size, sizeof size},
                   {const_cast<char*>(entry.bytes), entry.size},
                   {end, 1}};
  constexpr size_t kParts = sizeof parts / sizeof *parts;
  if (send_parts(parts, kParts)) return;
  if (connect_journal()) send_parts(parts, kParts);
}

}  // namespace monitor
