// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"

namespace cli {

namespace {

bool is_root() {
  return ::geteuid() == 0;
}

/// Where there is no XDG_RUNTIME_DIR (su, cron): a directory in /tmp, which anybody could have made
/// first.
std::string private_directory_in_tmp() {
  const std::string path = fmt::format("/tmp/berth-{}", ::geteuid());
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) base::sys_fail("make {}", path);

  struct stat found {};

  if (::lstat(path.c_str(), &found) != 0) base::sys_fail("look at {}", path);
  if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid() || (found.st_mode & 0077) != 0) {
    base::fail(base::Kind::denied,
               "{} is not a directory of yours alone: remove it or set XDG_RUNTIME_DIR",
               path);
  }
  return path;
}

}  // namespace

std::string home_directory() {
  if (auto home = base::environment("HOME")) return *home;
  const std::string uid = std::to_string(::geteuid());
  for (const auto& line : base::split(base::find_file_text("/etc/passwd").value_or(""), '\n')) {
    const auto fields = base::split(line, ':');
    if (fields.size() >= 6 && fields[2] == uid && !fields[5].empty()) return fields[5];
  }
  base::fail(base::Kind::not_found, "no home directory is known for user {}: set HOME", uid);
}

std::string default_root() {
  if (is_root()) return "/var/lib/berth";
  if (const auto data = base::environment("XDG_DATA_HOME")) return *data + "/berth";
  return home_directory() + "/.local/share/berth";
}

std::string default_runroot() {
  if (is_root()) return "/run/berth";
  if (const auto runtime = base::environment("XDG_RUNTIME_DIR")) return *runtime + "/berth";
  return private_directory_in_tmp();
}

Session::Session(Speech speech, GlobalOptions options)
    : speech_(std::move(speech)), options_(std::move(options)) {}

storage::Store& Session::store() {
  if (!store_) store_ = std::make_unique<storage::Store>(options_.root, options_.runroot);
  return *store_;
}

container::Engine& Session::engine() {
  if (engine_) return *engine_;
  engine_ = std::make_unique<container::Engine>(store());
  if (!options_.runtime.empty()) engine_->runtime = options_.runtime;
  engine_->cgroup_manager = options_.cgroup_manager;
  engine_->self = {base::read_link("/proc/self/exe").value_or(program()),
                   "--root",
                   store().paths().graphroot(),
                   "--runroot",
                   store().paths().runroot()};
  return *engine_;
}

}  // namespace cli
