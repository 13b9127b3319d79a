// SPDX-License-Identifier: Apache-2.0
#include "container/files.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/copy_rules.hpp"
#include "container/finish.hpp"
#include "container/label_choice.hpp"
#include "container/rootfs.hpp"
#include "container/user_mapping.hpp"
#include "storage/overlay.hpp"

namespace container {

namespace {

/// Once only: what was mounted in a namespace goes with it.
void use_private_mounts() {
  static bool done = false;
  if (std::exchange(done, true)) return;
  if (::unshare(CLONE_NEWNS) < 0 || ::mount("", "/", nullptr, MS_REC | MS_SLAVE, nullptr) < 0)
    base::sys_fail("make a mount namespace");
}

}  // namespace

base::UniqueFd clone_running_rootfs(const Running& running) {
  const auto own = base::open_file("/proc/self/ns/mnt", O_RDONLY);
  const auto root = base::open_file("/", O_PATH | O_DIRECTORY);
  const auto here = base::open_file(".", O_PATH | O_DIRECTORY);
  const auto theirs = base::open_file(fmt::format("/proc/{}/ns/mnt", running.init.pid), O_RDONLY);
  if (!running.init.is_alive()) base::fail(base::Kind::wrong_state, "the container has just ended");
  // open_tree(CLONE) takes only mounts of the caller's own namespace.
  if (::setns(theirs.get(), CLONE_NEWNS) < 0) base::sys_fail("enter the container's mounts");
  const base::Finally back([&] {
    if (::setns(own.get(), CLONE_NEWNS) < 0 || ::fchdir(root.get()) < 0 || ::chroot(".") < 0 ||
        ::fchdir(here.get()) < 0) {
      ::_exit(125);  // nothing that follows may happen inside of the container
    }
  });
  const auto top = base::open_file("/", O_PATH | O_DIRECTORY);
  return storage::clone_mount(top.get(), /*recursive=*/false);
}

Files::Files(Engine& engine, const std::string& name, With with) : engine_(engine) {
  record_ = engine.containers.get(name);
  state_ = state_of(engine, record_);
  if (!state_.has_process()) {
    lock_ = engine.lock(record_.id);
    record_ = engine.containers.get(record_.id);
    state_ = state_of(engine, record_);
  }
  if (!state_.has_process()) {
    open_stopped(with);
    return;
  }
  lock_.reset();
  root_ = with == With::mounts ? open_root(state_.running) : clone_running_rootfs(state_.running);
}

Files::Slot::~Slot() {
  ::umount2(path_.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH);
}

Files::~Files() {
  try {
    if (slot_ && root_) remove_targets();
  } catch (const base::Error& e) {
    base::debug("cannot remove what mounts have covered: {}", e.what());
  }
}

/// Makes what a mount is to cover, as the runtime would.
base::UniqueFd Files::open_target(const std::string& target,
                                  bool directory,
                                  const std::optional<base::IdMapping>& mapping) {
  const int root = root_.get();
  if (auto found = base::find_in_root(root, target, O_PATH)) return std::move(*found);
  made_.push_back(target);
  if (directory) {
    make_working_directory(root, target, mapping);
  } else {
    const auto slash = target.rfind('/');
    make_working_directory(root, target.substr(0, slash), mapping);
    base::open_in_root(root, target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
  }
  return base::open_in_root(root, target, O_PATH);
}

/// A volume within a volume leaves nothing in the outer one. What has become more than an empty place stays.
void Files::remove_targets() {
  for (auto target = made_.rbegin(); target != made_.rend(); ++target) {
    const auto mounted = base::find_in_root(root_.get(), *target, O_PATH);
    if (!mounted) continue;
    const bool directory = base::is_directory(fmt::format("/proc/self/fd/{}", mounted->get()));
    if (::umount2(fmt::format("/proc/self/fd/{}", mounted->get()).c_str(), MNT_DETACH) < 0)
      continue;
    const auto [parent, name] = split_entry(*target);
    const auto above = base::find_in_root(root_.get(), parent, O_PATH | O_DIRECTORY);
    if (above) ::unlinkat(above->get(), name.c_str(), directory ? AT_REMOVEDIR : 0);
  }
}

void Files::open_stopped(With with) {
  if (state_.needs_cleanup) {
    finish(engine_, record_, state_);
    record_ = engine_.containers.get(record_.id);
    state_ = state_of(engine_, record_);
  }
  root_ = mount_rootfs(engine_, record_);
  if (with == With::mounts) attach_mounts();
}

/// A mount cannot be attached to a detached one before kernel 6.15, so both become mounts of a
/// namespace of this process alone.
void Files::attach_mounts() {
  const auto details = engine_.containers.details(record_.id);
  const auto& mounts = details.options.mounts;
  if (std::all_of(mounts.begin(), mounts.end(), is_made_by_runtime)) return;
  staging_.emplace(engine_.store.make_staging("files"));
  const auto mapping = user_mapping(details.options.namespaces);
  const auto prepared = prepare_mounts(engine_,
                                       details.options,
                                       root_.get(),
                                       staging_->path(),
                                       {std::nullopt, mapping, labels_of(details)});
  use_private_mounts();
  const std::string slot = staging_->path() + "/rootfs";
  base::make_directory(slot, 0700);
  slot_.emplace(slot);
  storage::attach_mount(root_.get(), base::open_file(slot, O_PATH | O_DIRECTORY).get());
  root_ = base::open_file(slot, O_PATH | O_DIRECTORY);
  for (const auto& mount : prepared.prepared) {
    const auto spec = std::find_if(prepared.spec.begin(),
                                   prepared.spec.end(),
                                   [&](const SpecMount& m) { return m.source == mount.target; });
    if (spec == prepared.spec.end()) continue;
    const auto target = open_target(spec->target, base::is_directory(mount.target), mapping);
    storage::attach_mount(mount.fd.get(), target.get());
  }
}

}  // namespace container
