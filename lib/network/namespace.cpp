// SPDX-License-Identifier: Apache-2.0
#include "network/namespace.hpp"

#include <sched.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "network/link.hpp"
#include "network/network.hpp"

namespace network {

base::UniqueFd current_namespace() {
  return base::open_file("/proc/thread-self/ns/net", O_RDONLY);
}

InsideNamespace::InsideNamespace() : home_(current_namespace()) {
  if (::unshare(CLONE_NEWNET) < 0) base::sys_fail("make a network namespace");
}

InsideNamespace::InsideNamespace(int namespace_fd) : home_(current_namespace()) {
  if (::setns(namespace_fd, CLONE_NEWNET) < 0) base::sys_fail("enter a network namespace");
}

InsideNamespace::~InsideNamespace() {
  if (::setns(home_.get(), CLONE_NEWNET) == 0) return;
  // Going on would change the wrong namespace's network.
  base::write_log(base::LogLevel::error,
                  "cannot leave a network namespace: " + base::errno_text(errno));
  std::terminate();
}

std::string read_sysctl(const std::string& name) {
  return std::string(base::trim(base::find_file_text("/proc/sys/" + name).value_or("")));
}

bool write_sysctl(const std::string& name, const std::string& value) {
  const base::UniqueFd fd(::open(("/proc/sys/" + name).c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

base::UniqueFd make_namespace() {
  const InsideNamespace fresh;
  Links().set_up(1);  // the loopback interface is always the first
  return current_namespace();
}

}  // namespace network
