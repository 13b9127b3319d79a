// SPDX-License-Identifier: Apache-2.0
#include "watch.hpp"

#include <errno.h>
#include <unistd.h>

#include "sys.hpp"

namespace monitor {

namespace {

int loop = -1;

}  // namespace

bool open_loop() {
  loop = epoll_create1(EPOLL_CLOEXEC);
  return loop >= 0;
}

void Watch::want(uint32_t wanted) {
  if (fd < 0 || wanted == events) return;
  // Removed rather than set to nothing: a hang-up is reported whatever is asked, again and again.
  const int operation = wanted == 0 ? EPOLL_CTL_DEL : events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  epoll_event event{};
  event.events = wanted;
  event.data.u64 = tag(source, index);
  epoll_ctl(loop, operation, fd, &event);
  events = wanted;
}

void Watch::close() {
  want(0);
  close_fd(fd);
}

int wait_events(epoll_event* events, int capacity, int timeout_ms) {
  const int n = epoll_wait(loop, events, capacity, timeout_ms);
  return n < 0 ? 0 : n;
}

}  // namespace monitor
