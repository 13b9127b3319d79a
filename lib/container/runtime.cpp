// SPDX-License-Identifier: Apache-2.0
#include "container/runtime.hpp"

#include <fcntl.h>
#include <linux/mount.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "container/monitor.hpp"
#include "storage/overlay.hpp"

namespace container {

Runtime::Runtime(const Engine& engine, const std::string& name_or_path, std::string cgroup_manager)
    : cgroup_manager_(std::move(cgroup_manager)) {
  const auto found = base::find_program(name_or_path);
  if (!found) {
    base::fail(base::Kind::not_found,
               "OCI runtime \"{0}\" not found: install it (apt-get install {0}) or choose one with "
               "--runtime",
               name_or_path);
  }
  path_ = *found;
  // As Podman gives them, without their dashes.
  for (const auto& flag : engine.runtime_flags) flags_.push_back("--" + flag);
  name_ = path_.substr(path_.find_last_of('/') + 1);
  root_ = engine.store.paths().runtime_root(name_);
}

base::UniqueFd Runtime::sealed_program() const {
  if (!is_crun()) return {};
  try {
    auto mount = storage::clone_mount(base::open_file(path_, O_PATH).get(), false);
    storage::set_attributes(mount.get(), MOUNT_ATTR_RDONLY);
    return mount;
  } catch (const base::Error& e) {
    base::debug("{} seals itself: {}", path_, e.message());
    return {};
  }
}

std::vector<std::string> Runtime::command(const std::vector<std::string>& words) const {
  std::vector<std::string> argv = {path_, "--root", root_};
  argv.insert(argv.end(), flags_.begin(), flags_.end());
  if (cgroup_manager_ == "systemd")
    argv.emplace_back("--systemd-cgroup");
  else if (is_crun())
    argv.push_back("--cgroup-manager=" + cgroup_manager_);
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

std::vector<std::string> Runtime::logged(const std::vector<std::string>& words) const {
  auto argv = command(words);
  argv.insert(argv.begin() + 1, kRuntimeLogOptions.begin(), kRuntimeLogOptions.end());
  return argv;
}

namespace {

std::vector<std::string> with_making(std::vector<std::string> words,
                                     const Runtime::Making& making) {
  words.insert(words.end(), {"--bundle", making.bundle, "--pid-file", making.pid_file});
  if (!making.console_socket.empty())
    words.insert(words.end(), {"--console-socket", making.console_socket});
  words.push_back(making.id);
  return words;
}

}  // namespace

std::vector<std::string> Runtime::run_command(const Making& making) const {
  return logged(with_making({"run", "-d"}, making));
}

std::vector<std::string> Runtime::create_command(const Making& making) const {
  return logged(with_making({"create"}, making));
}

std::vector<std::string> Runtime::start_command(const std::string& id) const {
  return logged({"start", id});
}

void Runtime::forget(const std::string& id, bool has_poststop) const {
  const std::string state = root_ + "/" + id;
  if (!base::exists(state)) return;
  // crun's state is one directory; starting crun to remove it would double the cost of a short container.
  if (is_crun() && !has_poststop) return base::remove_tree(state);
  const auto done = base::run_captured({.argv = command({"delete", "--force", id})});
  if (!done.status.ok()) base::debug("{} delete {}: {}", name_, id, done.err);
  base::remove_tree(state);
}

}  // namespace container
