// SPDX-License-Identifier: Apache-2.0
#include "base/user_namespace_obstacle.hpp"

#include <cerrno>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace base {

std::string user_namespace_obstacle(int error, const std::string& proc_sys) {
  const auto is = [&](const char* setting, std::string_view value) {
    const auto text = find_file_text(proc_sys + "/" + setting);
    return text && trim(*text) == value;
  };
  if (is("user/max_user_namespaces", "0")) {
    return "user namespaces are switched off on this host; as root run: sysctl -w "
           "user.max_user_namespaces=15000";
  }
  if (is("kernel/unprivileged_userns_clone", "0")) {  // Debian's and Arch's own switch
    return "user namespaces are switched off for ordinary users; as root run: "
           "sysctl -w kernel.unprivileged_userns_clone=1";
  }
  if (is("kernel/apparmor_restrict_unprivileged_userns", "1")) {  // Ubuntu from 23.10 on
    return "AppArmor restricts user namespaces of ordinary users; as root run: "
           "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (or give berth an AppArmor "
           "profile with \"userns,\")";
  }
  if (error == ENOSPC || error == EUSERS) {
    return "the limit of user namespaces is reached; as root raise user.max_user_namespaces with "
           "sysctl";
  }
  if (error == ENOSYS || error == EINVAL) return "this kernel has no user namespaces";
  return "the host refuses user namespaces (" + errno_text(error) +
         "); a seccomp filter, a chroot or a security module forbids them";
}

}  // namespace base
