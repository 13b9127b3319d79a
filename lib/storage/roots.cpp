// SPDX-License-Identifier: Apache-2.0
#include "storage/roots.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/account.hpp"
#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"

namespace storage {

namespace {

/// A variable that names a directory; a relative one is to be ignored (XDG base directory
/// specification).
std::optional<std::string> directory_of(const char* variable) {
  auto value = base::environment(variable);
  if (value && value->front() != '/') value.reset();
  return value;
}

std::string data_home() {
  if (const auto data = directory_of("XDG_DATA_HOME")) return *data;
  return base::home_directory() + "/.local/share";
}

/// Also false for the directory of somebody else, as sudo and su may leave it in the environment.
bool is_ours(const std::string& path) {
  struct stat st {};

  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == ::geteuid() &&
         (st.st_mode & 0022) == 0;
}

std::string user_runroot() {
  if (const auto runtime = directory_of("XDG_RUNTIME_DIR"); runtime && is_ours(*runtime))
    return *runtime + "/berth";
  const std::string session = fmt::format("/run/user/{}", base::outer_uid());
  if (is_ours(session)) return session + "/berth";
  const std::string own = fmt::format("/tmp/berth-run-{}", base::outer_uid());
  claim_private_directory(own);
  return own;
}

}  // namespace

std::string default_graphroot() {
  return base::is_rootless() ? data_home() + "/berth" : "/var/lib/berth";
}

std::string default_runroot() {
  return base::is_rootless() ? user_runroot() : "/run/berth";
}

void claim_private_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return;
  if (errno != EEXIST) base::sys_fail("make directory {}", path);

  struct stat st {};

  if (::lstat(path.c_str(), &st) < 0) base::sys_fail("stat {}", path);
  const char* wrong = !S_ISDIR(st.st_mode)       ? "it is no directory"
                      : st.st_uid != ::geteuid() ? "it belongs to somebody else"
                      : (st.st_mode & 0022) != 0 ? "others may write to it"
                                                 : nullptr;
  if (wrong) {
    base::fail(base::Kind::denied,
               "{} cannot hold the run state: {}; remove it, or set XDG_RUNTIME_DIR",
               path,
               wrong);
  }
}

}  // namespace storage
