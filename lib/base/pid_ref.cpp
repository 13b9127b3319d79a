// SPDX-License-Identifier: Apache-2.0
#include "base/pid_ref.hpp"

#include <poll.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace base {

std::optional<PidRef> PidRef::of(pid_t pid) {
  const UniqueFd fd(::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  char buffer[1024];
  const ssize_t n = retry([&] { return ::read(fd.get(), buffer, sizeof buffer); });
  if (n <= 0) return std::nullopt;
  // The second field is the name in brackets, which may itself hold blanks and brackets.
  std::string_view rest(buffer, static_cast<std::size_t>(n));
  const auto bracket = rest.rfind(") ");
  if (bracket == std::string_view::npos) return std::nullopt;
  const auto parts = split(rest.substr(bracket + 2), ' ');
  constexpr std::size_t kState = 0, kStartTime = 19;
  if (parts.size() <= kStartTime || parts[kState] == "Z" || parts[kState] == "X")
    return std::nullopt;
  const auto start = parse_number<std::uint64_t>(parts[kStartTime]);
  if (!start) return std::nullopt;
  return PidRef{pid, *start};
}

PidRef PidRef::self() {
  return of(::getpid()).value();
}

bool PidRef::is_alive() const {
  return pid > 0 && of(pid) == *this;
}

std::optional<UniqueFd> PidRef::open() const {
  if (pid <= 0) return std::nullopt;
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  // Checked after the open: from here on the descriptor pins the process that the check saw.
  if (!fd || !is_alive()) return std::nullopt;
  return fd;
}

bool PidRef::signal(int number) const {
  const auto fd = open();
  if (!fd) return false;
  if (::syscall(SYS_pidfd_send_signal, fd->get(), number, nullptr, 0) == 0) return true;
  if (errno == ESRCH) return false;
  sys_fail("send signal {} to process {}", number, pid);
}

bool wait_for_exit(int pidfd, int timeout_ms) {
  pollfd entry{pidfd, POLLIN, 0};
  for (;;) {
    const int n = ::poll(&entry, 1, timeout_ms);
    if (n > 0) return true;
    if (n == 0) return false;
    if (errno != EINTR) sys_fail("wait for a process");
    check_interrupt();
  }
}

}  // namespace base
