// SPDX-License-Identifier: Apache-2.0
#include "network/namespace.hpp"

#include <sched.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/thread.hpp"
#include "network/interface.hpp"
#include "network/network.hpp"

namespace network {

base::UniqueFd current_namespace() {
  return base::open_file("/proc/thread-self/ns/net", O_RDONLY);
}

void inside_namespace(int namespace_fd, const std::function<void()>& act) {
  base::in_thread([&] {
    if (::setns(namespace_fd, CLONE_NEWNET) < 0) base::sys_fail("enter a network namespace");
    act();
  });
}

std::string read_sysctl(const std::string& name) {
  return std::string(base::trim(base::find_file_text("/proc/sys/" + name).value_or("")));
}

bool write_sysctl(const std::string& name, const std::string& value) {
  try {
    const auto fd = base::open_file("/proc/sys/" + name, O_WRONLY);
    base::write_full(fd.get(), value);
    return true;
  } catch (const base::Error&) {
    return false;  // read-only or missing here: the caller knows whether that matters
  }
}

void set_loopback_up(int namespace_fd) {
  inside_namespace(namespace_fd, [] { Interface("lo").set_up(); });
}

base::UniqueFd make_namespace() {
  base::UniqueFd made;
  base::in_thread([&] {
    if (::unshare(CLONE_NEWNET) < 0) base::sys_fail("make a network namespace");
    Interface("lo").set_up();
    made = current_namespace();
  });
  return made;
}

}  // namespace network
